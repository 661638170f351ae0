//! The command line: `run`, `list`, `serve` and `proxy`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    match cli::main() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("failclosed-drill: {error}");
            ExitCode::from(2)
        }
    }
}
