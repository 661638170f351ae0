// attempt: have a guard whose authority nobody has seen say no
// stopped by: E0624

use failclosed::{Authority, Guard, Subject, audit::MemoryLog};

fn start(subject: Subject, authority: impl Authority + 'static) -> Guard {
    Guard::builder(subject, authority, MemoryLog::new()).build().unwrap()
}

fn main() {}
