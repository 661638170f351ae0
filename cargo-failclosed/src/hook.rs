//! `hook`: stands before the tools of an agent, with policies from a directory.
//!
//! Whatever fails stops the tool, so everything that can is done inside [`Hook::run`]: policies that do not
//! load, a log that does not open. Only arguments that are wrong are seen before; see [`refuse`].

use std::{
    cell::OnceCell,
    error::Error,
    fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, ValueEnum};
use failclosed_runtime::{
    Guard, GuardBuilder, Subject,
    audit::{FileOptions, Writer},
    cedar::CedarAuthority,
    hook::{self, Hook},
};

/// What a segment of the log may hold: the last one is read each time the log is opened.
const SEGMENT_BYTES: u64 = 1 << 20;

/// How long other hooks are waited for, which write the same log for tools that run side by side.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The directory of the policies, with a `policies.manifest`; like all paths here, from the root on
    #[arg(long, value_name = "DIR", required_unless_present = "print_schema")]
    policies: Option<PathBuf>,
    /// The directory of the log, which is made if it is not there
    #[arg(long, value_name = "DIR", required_unless_present = "print_schema")]
    log: Option<PathBuf>,
    /// The schema, where the manifest lists none: unless given, that of the hosts' own tools
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Who starts this; unless given, it is known by its event
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// The agent, for policies and the log: unless given, the host's name, or `agent`
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// The person it acts for
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Leave questions to the host, where it puts them to its user
    #[arg(long)]
    ask_in_host: bool,
    /// Load policies and open the log, say what is wrong with them, and end
    #[arg(long)]
    check: bool,
    /// Print the schema of the hosts' own tools, and end
    #[arg(long, conflicts_with_all = ["policies", "log", "schema", "check"])]
    print_schema: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Host {
    ClaudeCode,
    Codex,
    Cursor,
    GeminiCli,
}

impl From<Host> for hook::Host {
    fn from(host: Host) -> Self {
        match host {
            Host::ClaudeCode => Self::ClaudeCode,
            Host::Codex => Self::Codex,
            Host::Cursor => Self::Cursor,
            Host::GeminiCli => Self::GeminiCli,
        }
    }
}

type Fault = Box<dyn Error + Send + Sync>;

pub(crate) fn run(options: &Options) -> ExitCode {
    if options.print_schema || options.check {
        return match (has_event(), options.check) {
            // FAIL CLOSED: it stands in a host's settings, where a status of 0 lets every tool run.
            (true, _) => stop("a host started the hook to be checked, not to decide"),
            (false, true) => check(options),
            (false, false) => print(hook::SCHEMA),
        };
    }
    let hook = match options.host {
        Some(host) => Hook::of(host.into()),
        None => Hook::of_any(),
    };
    let hook = if options.ask_in_host { hook.asking_in_host() } else { hook };
    let log = OnceCell::new();
    let code = hook.run(async || -> Result<Guard, Fault> {
        let (guard, writer) = builder(options)?;
        drop(log.set(writer));
        Ok(guard.start().await?)
    });
    // How the call ended is on record before the process is gone. Whatever hangs here is ended by the
    // hook's limit, and the tool with it.
    match log.get().map(close) {
        None | Some(Ok(())) => code,
        // FAIL CLOSED: a log that failed is no log.
        Some(Err(_)) => ExitCode::from(2),
    }
}

/// The guard, not started yet, and the log that it writes.
fn builder(options: &Options) -> Result<(GuardBuilder, Writer), Fault> {
    let (Some(policies), Some(log)) = (&options.policies, &options.log) else {
        // FAIL CLOSED: nobody decides, or nobody writes it down.
        return Err(io::Error::other("no directory of policies, or none for the log").into());
    };
    for path in [policies, log].into_iter().chain(&options.schema) {
        if !path.is_absolute() {
            // FAIL CLOSED: hosts start hooks where the agent works, and follow it where it goes. What lies
            // there under this name may be the agent's own.
            let help = "help: name it from the root on";
            return Err(format!("{} is not a whole path\n{help}", path.display()).into());
        }
    }
    let authority = match (&options.schema, has_schema(policies)?) {
        (None, true) => CedarAuthority::builder_from_directory(policies),
        (Some(schema), _) => {
            let text = fs::read_to_string(schema)
                .map_err(|error| format!("cannot read {}: {error}", schema.display()))?;
            CedarAuthority::builder_from_directory_for(text, policies)
        }
        (None, false) => CedarAuthority::builder_from_directory_for(hook::SCHEMA, policies),
    };
    let authority = authority.build()?;
    let host = options.host.map(|host| hook::Host::from(host).as_str());
    let agent = options.agent.as_deref().or(host).unwrap_or("agent");
    let subject = Subject::agent(agent)?;
    let subject = match &options.user {
        Some(user) => subject.on_behalf_of(user.as_str())?,
        None => subject,
    };
    let store = FileOptions::default().segment_bytes(SEGMENT_BYTES).patience(PATIENCE).open(log)?;
    let writer = Writer::open(store)?;
    Ok((Guard::builder(subject, authority, writer.clone()), writer))
}

/// Whether the manifest lists a schema of its own. Whether it is a manifest is for the loader to say.
fn has_schema(policies: &std::path::Path) -> Result<bool, Fault> {
    let path = policies.join("policies.manifest");
    let manifest = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(manifest.lines().any(|line| line.trim_start().starts_with("schema ")))
}

fn close(log: &Writer) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(log.close())?)
}

/// What is wrong, for whoever set it up.
fn check(options: &Options) -> ExitCode {
    let started = || -> Result<(), Fault> {
        let (guard, log) = builder(options)?;
        let started = guard.start_blocking().map(drop);
        close(&log)?;
        Ok(started?)
    };
    match started() {
        Ok(()) => print("policies and log are in order\n"),
        Err(fault) => {
            drop(writeln!(io::stderr(), "error: {fault}"));
            ExitCode::from(2)
        }
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Whether something was said on standard input, as hosts do.
fn has_event() -> bool {
    let mut first = [0];
    // FAIL CLOSED: an input that cannot be read is a host's as well.
    !io::stdin().is_terminal() && !io::stdin().read(&mut first).is_ok_and(|read| read == 0)
}

/// Stops the tool, for a reason that is told to whoever sits at the terminal.
fn stop(fault: &'static str) -> ExitCode {
    Hook::of_any().run(async || -> Result<Guard, Fault> { Err(io::Error::other(fault).into()) })
}

/// Arguments that are wrong, where `hook` was meant: a status that stops the tool, and a reason beside it.
/// The model reads the reason, so what was wrong is said to a terminal alone.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    if io::stdin().is_terminal() {
        error.exit();
    }
    stop("the arguments of the hook are wrong")
}
