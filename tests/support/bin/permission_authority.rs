//! A permission authority for the proofs: reads an action's name, says `yes` to `purchase` and `no`
//! to everything else.
#![allow(clippy::unwrap_used, reason = "a helper of the tests: it fails by panicking")]

use std::{
    env,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::ExitCode,
};

fn main() -> ExitCode {
    let port: u16 = env::args().nth(1).unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    println!("{}", listener.local_addr().unwrap());
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut action = String::new();
        if BufReader::new(&stream).read_line(&mut action).is_ok() {
            let answer = if action == "purchase\n" { "yes\n" } else { "no\n" };
            // A caller that went away does not matter to the next one.
            drop(stream.write_all(answer.as_bytes()));
        }
    }
    ExitCode::FAILURE
}
