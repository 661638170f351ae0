//! A hook that fails as its first argument says, within as many milliseconds as its second.
#![allow(clippy::panic, reason = "it fails on purpose")]

use std::{
    env,
    future::pending,
    io,
    process::{self, ExitCode},
    thread,
    time::Duration,
};

use failclosed::{
    Decision, Guard, Subject,
    audit::{FileStore, Writer},
    authority::answer_fn,
    authority_fn,
    hook::Hook,
};

type Fault = Box<dyn std::error::Error + Send + Sync>;

const LONG: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let word = |at| env::args().nth(at).unwrap_or_default();
    let (fault, limit, log) = (word(1), word(2).parse().unwrap_or(5_000), word(3));
    let hook = Hook::of_any().within(Duration::from_millis(limit));
    let run = || hook.run(async || guard(&fault, &log).await);
    match fault.as_str() {
        "inside-a-runtime" => match tokio::runtime::Builder::new_current_thread().build() {
            Ok(runtime) => runtime.block_on(async { run() }),
            Err(_) => ExitCode::FAILURE,
        },
        // The limit holds until the process has ended.
        "hangs-afterwards" => {
            let code = run();
            thread::sleep(LONG);
            code
        }
        _ => run(),
    }
}

#[allow(unconditional_recursion, reason = "until the stack ends")]
fn deeper(taken: &mut [u8; 4096]) -> u8 {
    let mut more = [taken[0].wrapping_add(1); 4096];
    deeper(&mut more).wrapping_add(more[1])
}

async fn guard(fault: &str, log: &str) -> Result<Guard, Fault> {
    match fault {
        "setup-fails" => return Err(io::Error::other("secret: /etc/policies is broken").into()),
        "setup-panics" => panic!("secret in a panic"),
        "setup-hangs" => pending().await,
        "setup-blocks" => thread::sleep(LONG),
        _ => {}
    }
    let subject = Subject::agent("coder")?;
    let builder = match fault {
        "denies" => Guard::builder(subject, authority_fn(async |_| Ok(Decision::deny("not here")))),
        "panics" => Guard::builder(subject, answer_fn(|_| panic!("secret in a panic"))),
        "aborts" => Guard::builder(subject, answer_fn(|_| process::abort())),
        "overflows" => Guard::builder(
            subject,
            answer_fn(|_| {
                deeper(&mut [0; 4096]);
                Decision::allow().into()
            }),
        ),
        // A library that knows no other way out.
        "exits-well" => Guard::builder(subject, answer_fn(|_| process::exit(0))),
        "exits-badly" => Guard::builder(subject, answer_fn(|_| process::exit(1))),
        "is-killed" => Guard::builder(
            subject,
            answer_fn(|_| {
                let own = process::id().to_string();
                drop(process::Command::new("/bin/kill").args(["-9", &own]).status());
                Decision::allow().into()
            }),
        ),
        "hangs" => {
            let hangs = authority_fn(async |_| pending().await);
            Guard::builder(subject, hangs).deadline(Duration::from_millis(100))
        }
        // It holds the only thread, and with it the guard's own clock.
        "blocks" => Guard::builder(
            subject,
            answer_fn(|_| {
                thread::sleep(LONG);
                Decision::allow().into()
            }),
        ),
        _ => Guard::builder(subject, authority_fn(async |_| Ok(Decision::allow()))),
    };
    if log.is_empty() {
        return Ok(builder.build()?);
    }
    Ok(builder.audit(Writer::open(FileStore::open(log)?)?).build()?)
}
