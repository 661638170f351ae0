use failclosed::{Authority, Guard, Subject, audit::MemoryLog, error::StartError};

fn start(subject: Subject, authority: impl Authority + 'static) -> Result<Guard, StartError> {
    Guard::builder(subject, authority, MemoryLog::new()).start_blocking()
}

fn main() {}
