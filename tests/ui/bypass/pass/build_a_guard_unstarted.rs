use failclosed::{Authority, Guard, Subject, audit::MemoryLog};

fn start(subject: Subject, authority: impl Authority + 'static) -> Guard {
    Guard::builder(subject, authority, MemoryLog::new()).start_blocking().unwrap()
}

fn main() {}
