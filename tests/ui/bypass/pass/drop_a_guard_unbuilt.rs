#![deny(unused_must_use)]

use failclosed::{Authority, Guard, Subject};

fn start(subject: Subject, authority: impl Authority + 'static) {
    drop(Guard::builder(subject, authority, failclosed::audit::MemoryLog::new()).start_blocking());
}

fn main() {}
