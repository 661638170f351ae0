// attempt: let an authority answer with a bool
// stopped by: E0308

use failclosed::{Guard, Subject, audit::MemoryLog, authority_fn};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(true)), log));
}

fn main() {}
