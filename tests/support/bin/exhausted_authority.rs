//! An authority that uses up its memory or its stack. Whatever becomes of this process, the file
//! that the guarded body creates must not exist afterwards.
#![allow(clippy::unwrap_used, reason = "a helper of the tests: it fails by panicking")]

use std::{env, fs, hint::black_box};

use failclosed::{
    Authority, Decision, Denial, Guard, NoDecision, Request, Subject, authority::Answer,
    requires_permission,
};

#[requires_permission(action = "write_file")]
async fn write_marker(path: &str) -> Result<(), Denial> {
    fs::write(path, "the body ran").unwrap();
    Ok(())
}

fn memory() -> usize {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(Vec::<u8>::with_capacity(16 << 20)));
        if kept.len() > 1 << 20 {
            return kept.len();
        }
    }
}

#[allow(unconditional_recursion, reason = "it is the fault")]
fn stack(depth: usize) -> usize {
    let frame = black_box([depth; 1024]);
    stack(depth + 1) + frame[0]
}

fn reserved() -> Result<usize, std::collections::TryReserveError> {
    let mut huge = Vec::<u8>::new();
    huge.try_reserve(isize::MAX as usize)?;
    Ok(huge.capacity())
}

struct Exhausted(String);

impl Exhausted {
    fn work(&self) -> Result<Decision, NoDecision> {
        match self.0.as_str() {
            "memory" => black_box(memory()),
            "stack" => black_box(stack(0)),
            "reserved" => reserved()?,
            // The proof that the marker appears when nothing is at fault.
            "healthy" => 0,
            _ => return Ok(Decision::deny("unknown fault")),
        };
        Ok(Decision::allow())
    }
}

impl Authority for Exhausted {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async { self.work() })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let marker = env::args().nth(1).unwrap();
    let authority = Exhausted(env::args().nth(2).unwrap());
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("writer").unwrap(),
            authority,
            failclosed::audit::MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap();
    match guard.scope(write_marker(&marker)).await {
        Ok(()) => println!("done"),
        Err(denial) => println!("{}", denial.cause()),
    }
}
