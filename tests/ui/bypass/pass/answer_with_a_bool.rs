use failclosed::{Guard, Subject, audit::MemoryLog, authority_fn};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(failclosed::Decision::deny("closed"))), log));
}

fn main() {}
