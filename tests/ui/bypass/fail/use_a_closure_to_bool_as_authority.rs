// attempt: let a closure that returns a bool be the authority
// stopped by: E0277 "is not an authority"

use failclosed::{Guard, Subject, audit::MemoryLog};

fn start(subject: Subject, log: MemoryLog) {
    drop(Guard::builder(subject, |_: &failclosed::Request<'_>| true, log));
}

fn main() {}
