use failclosed::{Guard, Subject, audit::MemoryLog};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, failclosed::authority_fn(async |_| Ok(failclosed::Decision::deny("closed"))), log));
}

fn main() {}
