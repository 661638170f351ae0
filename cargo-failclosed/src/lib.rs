//! The program `failclosed`, also as `cargo failclosed`: the static check, the gate before the tools of
//! agents, and the log as an operator reads it.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use failclosed_check::{cli, reach::wrap};

#[cfg(unix)]
mod hook;
#[cfg(unix)]
mod log;

#[derive(Debug, Parser)]
#[command(
    name = "failclosed",
    version,
    about = "Finds what is not guarded, guards the tools of agents, and reads the log"
)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Check(cli::Command),
    /// Stand before the tools of Claude Code, Codex, Cursor and Gemini CLI: each of them starts this before a
    /// tool call
    // It ends processes and looks at what it is connected to as Unix has it.
    #[cfg(unix)]
    Hook(hook::Options),
    /// Read a log: every answer comes with whether the log is whole
    // Logs in files are there on Unix alone: elsewhere there is no such command.
    #[cfg(unix)]
    #[command(subcommand)]
    Log(log::Command),
    /// Completions for a shell, on standard output
    Completions { shell: Shell },
    /// The manual of this program, for `man -l -`, on standard output
    Man,
}

/// Runs the program. For `hook`: what the host is to do, by its own rules, and 2 for whatever fails. For
/// `log`: 0 a whole log and nothing to report, 1 a broken log or something to report, 2 no answer.
pub fn main() -> ExitCode {
    // Cargo starts this program in the compiler's place, too.
    if let Some(code) = wrap::if_called() {
        return code;
    }
    // As a command of cargo's, the first argument is its name.
    let arguments = env::args_os().enumerate();
    let arguments = arguments.filter(|(at, word)| !(*at == 1 && word == "failclosed"));
    let arguments: Vec<_> = arguments.map(|(_, word)| word).collect();
    let command = match Program::try_parse_from(&arguments) {
        Ok(program) => program.command,
        #[cfg(unix)]
        Err(error) if arguments.get(1).is_some_and(|word| word == "hook") => {
            return hook::refuse(&error);
        }
        Err(error) => error.exit(),
    };
    match command {
        Command::Check(command) => cli::run(&command),
        #[cfg(unix)]
        Command::Log(command) => log::run(&command),
        #[cfg(unix)]
        Command::Hook(options) => hook::run(&options),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Program::command(), "failclosed", &mut text);
            give(&text)
        }
        Command::Man => match manual() {
            Ok(text) => give(&text),
            Err(error) => failed(&error),
        },
    }
}

/// One page for the program and, after it, one for each command.
fn manual() -> io::Result<Vec<u8>> {
    fn pages(command: &clap::Command, text: &mut Vec<u8>) -> io::Result<()> {
        clap_mangen::Man::new(command.clone()).render(text)?;
        let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
        let mut commands = commands;
        commands.try_for_each(|command| pages(command, text))
    }
    let mut text = Vec::new();
    let mut program = Program::command();
    program.build();
    pages(&program, &mut text)?;
    Ok(text)
}

fn give(text: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &io::Error) -> ExitCode {
    // Nobody may be there to read it; the exit code says the same.
    drop(writeln!(io::stderr(), "error: cannot write: {error}"));
    ExitCode::from(2)
}
