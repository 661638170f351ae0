//! A shop with a log on the disk, to be killed. Each body says that it runs, and each denial that it
//! was heard of, at once: what is on standard output happened.
#![allow(clippy::unwrap_used, reason = "a helper of the tests: it fails by panicking")]

use std::{
    env,
    io::{Write, stdout},
    time::{Duration, Instant},
};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject,
    audit::{
        FileOptions, Writer,
        signed::{Ed25519Key, Seal},
    },
    authority_fn, requires_permission,
};

/// How long a denial waits for its record, and a little less.
const LATE: Duration = Duration::from_millis(900);

fn say(what: &str, number: u64) {
    let mut out = stdout().lock();
    writeln!(out, "{what} {number}").unwrap();
    out.flush().unwrap();
}

#[requires_permission(action = "purchase")]
async fn charge(number: u64) -> Result<(), Denial> {
    say("ran", number);
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let directory = env::args().nth(1).unwrap();
    // Small segments, unless told: the process is killed while they change, too.
    let bytes = env::args().nth(2).map_or(4_096, |text| text.parse().unwrap());
    let options = FileOptions::default().segment_bytes(bytes).daily();
    // With a key, checkpoints are signed as often as can be: it is killed in the middle of them, too. And in the
    // middle of a removal, where old files are.
    let writer = match env::args().nth(3) {
        Some(key) => {
            let options = match env::args().nth(4) {
                Some(text) => options.keep_bytes(text.parse().unwrap()),
                None => options,
            };
            let seal = Seal::new(Ed25519Key::read(key).unwrap()).records(3);
            Writer::open(options.open_sealed(directory, seal).unwrap()).unwrap()
        }
        None => Writer::open(options.open(directory).unwrap()).unwrap(),
    };
    let authority = authority_fn(async |request| {
        let text = format!("{:?}", request.digest()?);
        // About one in eight, whatever the digest's text looks like.
        let sum: u32 = text.bytes().map(u32::from).sum();
        Ok(if sum.is_multiple_of(8) { Decision::deny("sold out") } else { Decision::allow() })
    });
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
    let tasks = (0..8_u64).map(|task| {
        let guard = guard.clone();
        tokio::spawn(async move {
            let mut unrecorded = 0;
            for round in 0.. {
                let number = task * 1_000_000 + round;
                let began = Instant::now();
                if let Err(denial) = guard.scope(charge(number)).await {
                    // A denial stands, recorded or not: after a second of a disk that hangs, nobody knows.
                    let is_late = began.elapsed() >= LATE && denial.cause() == Cause::Denied;
                    say(if is_late { "late" } else { denial.cause().as_str() }, number);
                    unrecorded += u32::from(denial.cause() == Cause::Unrecorded);
                }
                // A disk that has no room will have none tomorrow.
                if unrecorded == 20 {
                    return;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    // It closes what it can: a full disk is no reason to leave half a record behind.
    drop(writer.close().await);
}
