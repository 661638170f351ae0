//! The commands of failclosed.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_failclosed::main()
}
