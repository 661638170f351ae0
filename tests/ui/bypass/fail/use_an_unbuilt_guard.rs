// attempt: use a guard whose settings were not checked
// stopped by: E0599

use failclosed::{Authority, Guard, Subject};

fn start(subject: Subject, authority: impl Authority + 'static) {
    let guard = Guard::builder(subject, authority, failclosed::audit::MemoryLog::new());
    drop(guard.scope(async {}));
}

fn main() {}
