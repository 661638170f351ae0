//! The commands, for a program to offer: `check`, `explain`, `list`, `manifest`, `init`.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Subcommand;

use crate::inconclusive::CheckError;

mod check;
mod explain;
mod init;
mod list;
mod manifest;

pub use check::CheckArgs;
pub use list::Listed;
pub use manifest::{ManifestArgs, ManifestFormat};

/// What can be asked.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Find effects that are reached without a guard, and fail-open shapes
    Check(CheckArgs),
    /// Say what a rule is about, with a wrong and a right example
    Explain {
        /// Such as FC0203
        rule: String,
    },
    /// List what is looked for
    List {
        /// Rules, or effects
        what: Listed,
    },
    /// List every guarded executor, with what its authority is asked
    Manifest(ManifestArgs),
    /// Write a failclosed.toml to begin with
    Init,
}

/// Runs a command. The exit code: 0 nothing found, 1 something found, 2 a wrong argument or
/// configuration, 3 the project does not build, 4 no result.
pub fn run(command: &Command) -> ExitCode {
    let outcome = match command {
        Command::Check(args) => check::check(args),
        Command::Explain { rule } => explain::explain(rule),
        Command::List { what } => list::list(*what),
        Command::Manifest(args) => manifest::manifest(args),
        Command::Init => init::init(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// A report that did not arrive is none.
fn say(text: &str) -> Result<(), CheckError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| CheckError::undecided("the report could not be written", error))
}
