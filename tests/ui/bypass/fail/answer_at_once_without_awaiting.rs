// attempt: let an authority answer in a closure that awaits nothing
// stopped by: E0277

use failclosed::{Decision, Guard, Subject, audit::MemoryLog, authority_fn};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, authority_fn(|_| Ok(Decision::allow())), log));
}

fn main() {}
