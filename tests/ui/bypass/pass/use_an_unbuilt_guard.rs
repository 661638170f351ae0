use failclosed::{Authority, Guard, Subject};

fn start(subject: Subject, authority: impl Authority + 'static) {
    let guard = Guard::builder(subject, authority, failclosed::audit::MemoryLog::new()).start_blocking().unwrap();
    drop(guard.scope(async {}));
}

fn main() {}
