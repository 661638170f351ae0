// attempt: describe a guard and never build it
// stopped by: "a guard protects nothing until it is started"

#![deny(unused_must_use)]

use failclosed::{Authority, Guard, Subject};

fn start(subject: Subject, authority: impl Authority + 'static) {
    Guard::builder(subject, authority, failclosed::audit::MemoryLog::new());
}

fn main() {}
