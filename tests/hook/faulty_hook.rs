//! A hook that fails as its first argument says, within as many milliseconds as its second.
#![allow(clippy::panic, reason = "it fails on purpose")]

use std::{
    env,
    future::pending,
    io,
    process::{self, ExitCode},
    sync::Arc,
    thread,
    time::Duration,
};

use failclosed::{
    Authority, Decision, Guard, Request, Subject,
    audit::{FileStore, MemoryLog, Writer},
    authority::{Answer, answer_fn},
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
    let authority: Arc<dyn Authority> = match fault {
        "denies" => Arc::new(authority_fn(async |_| Ok(Decision::deny("not here")))),
        "panics" => Arc::new(answer_fn(|_| panic!("secret in a panic"))),
        "aborts" => Arc::new(answer_fn(|_| process::abort())),
        "overflows" => Arc::new(answer_fn(|_| {
            deeper(&mut [0; 4096]);
            Decision::allow().into()
        })),
        // A library that knows no other way out.
        "exits-well" => Arc::new(answer_fn(|_| process::exit(0))),
        "exits-badly" => Arc::new(answer_fn(|_| process::exit(1))),
        "is-killed" => Arc::new(answer_fn(|_| {
            let own = process::id().to_string();
            drop(process::Command::new("/bin/kill").args(["-9", &own]).status());
            Decision::allow().into()
        })),
        "hangs" => {
            let hangs = authority_fn(async |_| pending().await);
            Arc::new(hangs)
        }
        // It holds the only thread, and with it the guard's own clock.
        "blocks" => Arc::new(answer_fn(|_| {
            thread::sleep(LONG);
            Decision::allow().into()
        })),
        "allows" | "inside-a-runtime" | "hangs-afterwards" => {
            Arc::new(authority_fn(async |_| Ok(Decision::allow())))
        }
        fault => return Err(format!("no such fault: {fault}").into()),
    };
    let authority = Faulty(authority);
    // Less than the faults that hang take, and enough for the others.
    let deadline = if fault == "hangs" { Duration::from_millis(100) } else { LONG };
    let builder = match log {
        "" => Guard::builder(subject, authority, MemoryLog::new()),
        log => Guard::builder(subject, authority, Writer::open(FileStore::open(log)?)?),
    };
    Ok(builder.deadline(deadline).start().await?)
}

/// Starts well, and fails in the first call.
struct Faulty(Arc<dyn Authority>);

impl Authority for Faulty {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        match request.is_self_check() {
            true => Decision::deny("nobody may").into(),
            false => self.0.decide(request),
        }
    }
}
