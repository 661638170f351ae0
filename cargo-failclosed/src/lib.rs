//! The program `failclosed`, also as `cargo failclosed`: the static check, and the log as an operator
//! reads it.

use std::{env, process::ExitCode};

use clap::{Parser, Subcommand};
use failclosed_check::{cli, reach::wrap};

#[cfg(unix)]
mod log;

#[derive(Debug, Parser)]
#[command(name = "failclosed", version, about = "Finds what is not guarded, and reads the log")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Check(cli::Command),
    /// Read a log: every answer comes with whether the log is whole
    // Logs in files are there on Unix alone: elsewhere there is no such command.
    #[cfg(unix)]
    #[command(subcommand)]
    Log(log::Command),
}

/// Runs the program. For `log`: 0 a whole log and nothing to report, 1 a broken log or something to
/// report, 2 no answer.
pub fn main() -> ExitCode {
    // Cargo starts this program in the compiler's place, too.
    if let Some(code) = wrap::if_called() {
        return code;
    }
    // As a command of cargo's, the first argument is its name.
    let arguments = env::args_os().enumerate();
    let arguments = arguments.filter(|(at, word)| !(*at == 1 && word == "failclosed"));
    match Program::parse_from(arguments.map(|(_, word)| word)).command {
        Command::Check(command) => cli::run(&command),
        #[cfg(unix)]
        Command::Log(command) => log::run(&command),
    }
}
