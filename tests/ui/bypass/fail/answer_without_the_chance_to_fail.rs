// attempt: let an authority answer without a way to say that it cannot
// stopped by: E0308

use failclosed::{Decision, Guard, Subject, audit::MemoryLog, authority_fn};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, authority_fn(async |_| Decision::allow()), log));
}

fn main() {}
