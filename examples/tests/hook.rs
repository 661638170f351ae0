//! `hook`, as each agent starts it.
#![cfg(all(unix, feature = "hook"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    env,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

/// Starts the example that `cargo test` has built beside this test, and tells it a call.
fn run(event: &Value) -> (Option<i32>, String, String) {
    let mut path: PathBuf = env::current_exe().unwrap();
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let program = path.join("examples/hook");
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo test`", program.display()));
    child.stdin.take().unwrap().write_all(event.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn call(event: &str, tool: &str, input: Value) -> Value {
    json!({
        "hook_event_name": event, "session_id": "1", "cwd": "/home/alice/shop",
        "permission_mode": "default", "tool_name": tool, "tool_input": input,
    })
}

#[test]
fn each_agent_is_answered_by_the_policies_inside() {
    let git = json!({ "command": "git status" });
    for (event, tool) in [("PreToolUse", "Bash"), ("BeforeTool", "run_shell_command")] {
        assert_eq!(run(&call(event, tool, git.clone())), (Some(0), "{}\n".into(), String::new()));
    }
    let cursor = json!({
        "hook_event_name": "beforeShellExecution", "conversation_id": "1",
        "command": "git status", "cwd": "", "sandbox": false,
    });
    assert_eq!(run(&cursor), (Some(0), "{\"permission\":\"allow\"}\n".into(), String::new()));
    for (tool, input, reason) in [
        ("Bash", json!({ "command": "git status; rm -rf /" }), "Blocked: "),
        ("Read", json!({ "file_path": "/shop/.env" }), "Blocked: files with secrets are not for"),
        ("Write", json!({ "file_path": "a", "content": "b" }), "Blocked: a person must approve"),
        ("WebFetch", json!({ "url": "https://example.com", "prompt": "?" }), "Blocked: "),
        ("Read", json!({ "file_path": "a", "as_root": true }), "Blocked: this call cannot be"),
    ] {
        let (code, output, said) = run(&call("PreToolUse", tool, input.clone()));
        assert_eq!(code, Some(2), "{tool} {input}: {said}");
        assert!(said.starts_with(reason), "{tool} {input}: {said}");
        assert!(output.contains(r#""permissionDecision":"deny""#), "{output}");
    }
    let read = run(&call("PreToolUse", "Read", json!({ "file_path": "/shop/README.md" })));
    assert_eq!(read.0, Some(0), "{read:?}");
}
