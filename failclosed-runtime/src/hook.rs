//! The gate that an agent starts before each tool call: Claude Code, Codex, Cursor, Gemini CLI. Unix.
//!
//! These hosts run a program before a tool, tell it the call on standard input, and read its exit status
//! and what it wrote. **Nearly everything that goes wrong lets the tool run**: a crash, a status like 1
//! or 127, garbage on standard output, a timeout, in Codex even the right status without a word. So the
//! whole of the program belongs in here: what can fail (policies that do not parse, a log that does not
//! open) is done inside [`run`], where failing stops the tool.
//!
//! ```no_run
//! use failclosed_runtime::{Decision, Guard, Subject, audit::MemoryLog, authority_fn, hook::{self, Host}};
//!
//! fn main() -> std::process::ExitCode {
//!     hook::run(Host::ClaudeCode, async || -> Result<Guard, Box<dyn std::error::Error + Send + Sync>> {
//!         let authority = authority_fn(async |request| {
//!             let tool = request.resource();
//!             Ok(match tool.as_ref().map(|tool| tool.id()) {
//!                 Some("Read" | "Grep" | "Glob") => Decision::allow(),
//!                 _ => Decision::deny("this tool is not allowed here"),
//!             })
//!         });
//!         let agent = Subject::agent("claude-code")?;
//!         Ok(Guard::builder(agent, authority, MemoryLog::new()).start().await?)
//!     })
//! }
//! ```
//!
//! # What is asked
//! The action [`ACTION`] on the resource `Tool("name of the tool")`, with the tool's input as the argument
//! `input`, whole and as the agent gave it; for an MCP server that Cursor names, `server`. The guard's
//! context has `host` and `event`, and where the host says so `session`, `cwd`, `mode` (the host's own mode
//! of permissions) and `sandbox`.
//!
//! # What a yes is
//! That the tool may run as far as the guard is concerned. The host's own rules and questions stay: where it
//! can be told so, it is told nothing that would lift them.
//!
//! # Denies
//! All but an allow stops the tool: a denial, an event that cannot be read (a key that stands twice, no
//! UTF-8, more than [`MAX_EVENT_BYTES`]), an event or a host that is not known, a guard that cannot be set
//! up, a panic, a crash, [`Hook::within`], and a reply that cannot be written. Each is on record where there was a
//! guard to record it.

use std::{error::Error, fmt, process::ExitCode, str::FromStr, time::Duration};

mod ask;
mod contract;
mod deliver;
mod event;
mod overseen;
mod shown;
#[cfg(test)]
mod tests;

use contract::Contract;
use deliver::Delivery;
use overseen::Role;

use crate::{error::ConfigError, guard::Guard};

/// What is asked for: the use of a tool, whatever tool it is.
pub const ACTION: &str = "use_tool";

/// A schema for Cedar policies about what hooks ask: the built-in tools of the four hosts. A tool
/// with a member in its input that it does not list is denied; copy it and add what your MCP servers take.
pub const SCHEMA: &str = include_str!("hook/tools.cedarschema");

/// The longest event that is read, in bytes. Cursor sends whole files.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// How long a hook may take from its start to its end, unless it says otherwise: ten seconds. Less than
/// each host waits before it runs the tool unasked.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(10);

/// A program that starts hooks, and what it makes of their answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// Claude Code: `PreToolUse`.
    ClaudeCode,
    /// Codex CLI: `PreToolUse`.
    Codex,
    /// Cursor: `preToolUse`, `beforeShellExecution`, `beforeMCPExecution`, `beforeReadFile`.
    Cursor,
    /// Gemini CLI: `BeforeTool`.
    GeminiCli,
}

impl Host {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::ClaudeCode, Self::Codex, Self::Cursor, Self::GeminiCli];

    /// Its name: `claude-code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Cursor => "cursor",
            Self::GeminiCli => "gemini-cli",
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Host {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        // FAIL CLOSED: what a host that is not known makes of an answer is not known.
        let host = Self::ALL.into_iter().find(|host| host.as_str() == name);
        host.ok_or(ConfigError::Name {
            what: "host",
            fault: "is none of claude-code, codex, cursor and gemini-cli",
        })
    }
}

/// How a hook runs, where [`run`] is not enough.
#[derive(Debug, Clone, Copy)]
#[must_use = "nothing is asked until the hook runs"]
pub struct Hook {
    host: Option<Host>,
    limit: Duration,
    asks_in_host: bool,
}

impl Hook {
    /// A hook of this host: another host's events stop the tool.
    pub fn of(host: Host) -> Self {
        Self { host: Some(host), limit: DEFAULT_LIMIT, asks_in_host: false }
    }

    /// A hook of whichever host speaks: it is known by the name of its event. Claude Code and Codex have
    /// the same one; what is said to either then holds for both.
    pub fn of_any() -> Self {
        Self { host: None, limit: DEFAULT_LIMIT, asks_in_host: false }
    }

    /// How long everything may take, [`DEFAULT_LIMIT`] unless set. Afterwards the tool is stopped,
    /// whatever hangs. It must be less than the host's own limit, after which most hosts run the tool.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Leaves a question for a person ([`Decision::Ask`](crate::Decision::Ask)) to the host, where it puts
    /// it to its user: in Claude Code, in the modes `default`, `acceptEdits` and `plan`. Everywhere else,
    /// and without this, a question that the guard's own approver does not answer stops the tool: Codex
    /// and Gemini CLI run it, Cursor and Claude Code do so in some of their modes.
    ///
    /// The person's answer is then the host's alone: it is on no record here, and versions of Claude Code
    /// were reported to run the tool without having asked.
    pub fn asking_in_host(mut self) -> Self {
        self.asks_in_host = true;
        self
    }

    /// Reads the event, asks the guard that `setup` makes, and tells the host. Call it from a `main` that
    /// does nothing else and is not `async`: it brings a runtime of its own, silences panics, and ends the
    /// process itself where it must. Give the exit code to the system, as it is.
    ///
    /// The program is started once more from here, with its arguments, to decide; this one waits for it, and
    /// stops the tool where that is killed by a signal (out of memory, a stack that overflows, an abort) or
    /// ends in a way of its own (`std::process::exit`). So whatever stands before this in `main` runs twice.
    ///
    /// What `setup` fails with is told to whoever sits at the terminal, and to the model only that it
    /// failed.
    ///
    /// A log with a queue has outcomes to write when this returns: close it then
    /// ([`Writer::close`](crate::audit::Writer::close)). Until the process has ended, the limit holds.
    pub fn run<E>(self, setup: impl AsyncFnOnce() -> Result<Guard, E>) -> ExitCode
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        ExitCode::from(match overseen::role() {
            Role::Overseer => overseen::oversee(Contract::of(self.host), self.limit),
            Role::Overseen => {
                let go_on = overseen::GO_ON;
                let delivery = Delivery::begin(Contract::of(self.host), self.limit, go_on);
                ask::run(self, &delivery, setup)
            }
        })
    }
}

/// A hook of this host: see [`Hook::run`].
pub fn run<E>(host: Host, setup: impl AsyncFnOnce() -> Result<Guard, E>) -> ExitCode
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    Hook::of(host).run(setup)
}
