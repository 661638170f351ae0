//! A shop with a log in a database, to be killed. Each body says that it runs, and each denial that it was
//! heard of, at once: what is on standard output happened.

use std::{
    io::{Write as _, stdout},
    time::{Duration, Instant},
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Subject, audit::Writer, authority_fn, danger,
    requires_permission,
};

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

/// Denies one in eight.
fn authority() -> impl Authority {
    authority_fn(async |request| {
        Ok(match request.argument::<u64>("number")?.checked_rem(8) {
            Some(0 | 2..=7) => Decision::allow(),
            _ => Decision::deny("sold out"),
        })
    })
}

/// Sells until it is killed, or until it could not write down 20 decisions in a row.
pub async fn sell(writer: Writer) {
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority(), writer.clone());
    let guard = danger::unchecked(guard.deadline(Duration::from_secs(1)), "a test").unwrap();
    let tasks = (0..8_u64).map(|task| {
        let guard = guard.clone();
        tokio::spawn(async move {
            let mut unrecorded = 0;
            for round in 0.. {
                let number = task * 1_000_000 + round;
                match guard.scope(charge(number)).await {
                    Ok(()) => unrecorded = 0,
                    Err(denial) => {
                        say(denial.cause().as_str(), number);
                        unrecorded += u32::from(denial.cause() == Cause::Unrecorded);
                    }
                }
                if unrecorded == 20 {
                    return;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    // It closes what it can.
    drop(writer.close().await);
}

/// How many records a second are durable, of calls that do nothing else: a decision and an outcome each.
pub async fn rate(writer: Writer, callers: usize, length: Duration) -> f64 {
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority(), writer.clone());
    let guard =
        danger::unchecked(guard.deadline(Duration::from_secs(60)), "a measurement").unwrap();
    let began = Instant::now();
    let tasks = (0..callers).map(|_| {
        let guard = guard.clone();
        tokio::spawn(async move {
            let mut calls = 0_u64;
            while began.elapsed() < length {
                guard.scope(idle(calls * 8)).await.unwrap();
                calls += 1;
            }
            calls
        })
    });
    let mut calls = 0;
    for task in tasks.collect::<Vec<_>>() {
        calls += task.await.unwrap();
    }
    writer.close().await.unwrap();
    (calls * 2 - writer.lost_outcomes()) as f64 / began.elapsed().as_secs_f64()
}

#[requires_permission(action = "purchase")]
async fn idle(number: u64) -> Result<u64, Denial> {
    Ok(number)
}
