//! What the words of the command line mean.

use std::{io::Write, process::ExitCode, time::Duration};

use failclosed_drill::Format;
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

mod list;
mod proxy;
mod run;
mod serve;

/// Whatever ends the program early: it is told in one line, and the exit code is 2.
type Failed = Box<dyn std::error::Error>;

const USAGE: &str = "\
failclosed-drill: every way an authority fails, over a real socket

failclosed-drill run [OPTIONS] -- COMMAND [ARGUMENTS]   put a client through the drills
    --format FORMAT     behalf, authzen, opa, openfga, spicedb, seed (default behalf)
    --deadline-ms N     the deadline the client is told (default 800); 4 times that is hung
    --lines             start the client once; a JSON line in, a JSON line out for each question
    --jobs N            drills at once (default 4); with --lines, clients at once
    --only ID, --skip ID   the drills whose ids begin with this; may be given again
    --failures          only rows that did not pass (text and Markdown)
    --causes            fail also where a refusal's cause is not the one to name
    --json, --markdown  the report in another form
failclosed-drill list [--format FORMAT] [--json]        print all drills
failclosed-drill serve --drill ID [--format FORMAT] [--port P] [--tls] [--deadline-ms N]
                                                        stand there with one drill
failclosed-drill proxy --to URL [--port P] [--control HOST:PORT]
                                                        stand before a real authority

run tells the client in its environment: FAILCLOSED_DRILL_URL, _PATH, _QUESTION, _CA (a PEM file to
trust), _DEADLINE_MS, _ID, _FORMAT. Its exit code is the verdict: 0 executed, 1 refused (the cause on
stdout). run itself exits with 0 if no adverse drill was executed or hung on and every control
behaved, with 1 if not, with 2 if it could not run.";

pub(crate) fn main() -> Result<ExitCode, Failed> {
    let mut parser = Parser::from_env();
    match parser.next()? {
        Some(Value(word)) if word == "run" => run::main(parser),
        Some(Value(word)) if word == "list" => list::main(parser),
        Some(Value(word)) if word == "serve" => serve::main(parser),
        Some(Value(word)) if word == "proxy" => proxy::main(parser),
        Some(Long("help") | Short('h')) => {
            print(USAGE)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => Err(unknown(other)),
        None => Err("what is to be done?\nhelp: failclosed-drill --help".into()),
    }
}

fn unknown(argument: lexopt::Arg<'_>) -> Failed {
    format!("{}\nhelp: failclosed-drill --help", argument.unexpected()).into()
}

/// A reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failed> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn format(parser: &mut Parser) -> Result<Format, Failed> {
    Ok(parser.value()?.string()?.parse::<Format>()?)
}

fn deadline(parser: &mut Parser) -> Result<Duration, Failed> {
    let milliseconds: u64 = parser.value()?.parse()?;
    if milliseconds < 50 {
        return Err("a deadline under 50 ms measures the machine\nhelp: --deadline-ms 300".into());
    }
    Ok(Duration::from_millis(milliseconds))
}
