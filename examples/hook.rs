//! A gate for the tools of Claude Code, Codex, Cursor and Gemini CLI, with policies inside.
//!
//! ```sh
//! cargo build -p failclosed-examples --features hook --example hook
//! echo '{"hook_event_name":"PreToolUse","session_id":"1","cwd":"/","tool_name":"Bash",
//!        "tool_input":{"command":"rm -rf /"}}' | target/debug/examples/hook; echo "status $?"
//! ```

use std::{error::Error, process::ExitCode};

use failclosed::{
    Guard, Subject,
    audit::MemoryLog,
    cedar::CedarAuthority,
    hook::{self, Hook},
};

const POLICIES: &str = r#"
    @id("looking")
    permit(principal, action == Action::"use_tool", resource)
    when { [Tool::"Read", Tool::"Grep", Tool::"Glob", Tool::"read_file"].contains(resource) };

    @id("git")
    permit(principal, action == Action::"use_tool", resource)
    when {
        [Tool::"Bash", Tool::"Shell", Tool::"run_shell_command"].contains(resource)
        && context.input has command
        && ["git status", "git diff", "git log"].contains(context.input.command)
    };

    @id("writing")
    @ask("may the agent write this file?")
    permit(principal, action == Action::"use_tool", resource == Tool::"Write");

    @id("secrets")
    @reason("files with secrets are not for the agent")
    forbid(principal, action == Action::"use_tool", resource)
    when { context.input has file_path && context.input.file_path like "*.env*" };
"#;

/// Nothing else: what fails out here lets the tool run.
fn main() -> ExitCode {
    Hook::of_any().run(async || -> Result<Guard, Box<dyn Error + Send + Sync>> {
        let authority = CedarAuthority::builder(hook::SCHEMA, POLICIES).build()?;
        let subject = Subject::agent("coder")?.on_behalf_of("alice")?;
        // Lost with the process: a hook that counts has a log in files.
        Ok(Guard::builder(subject, authority, MemoryLog::new()).start().await?)
    })
}
