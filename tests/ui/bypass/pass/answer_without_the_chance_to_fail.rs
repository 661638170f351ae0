use failclosed::{Decision, Guard, Subject, audit::MemoryLog, authority_fn};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(Decision::allow())), log));
}

fn main() {}
