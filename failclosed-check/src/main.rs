//! `cargo failclosed-check`: the commands of `failclosed-check` by themselves.

use std::process::ExitCode;

use clap::Parser;
use failclosed_check::{cli, reach::wrap};

#[derive(Debug, Parser)]
#[command(name = "cargo-failclosed-check", version, about = "Finds what is not guarded")]
struct Program {
    #[command(subcommand)]
    command: cli::Command,
}

fn main() -> ExitCode {
    // Cargo starts this program in the compiler's place, too.
    if let Some(code) = wrap::if_called() {
        return code;
    }
    // As a command of cargo's, the first argument is its name.
    let arguments = std::env::args_os().enumerate();
    let arguments = arguments.filter(|(at, word)| !(*at == 1 && word == "failclosed-check"));
    cli::run(&Program::parse_from(arguments.map(|(_, word)| word)).command)
}
