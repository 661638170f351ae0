// attempt: build a guard that asks nobody
// stopped by: E0061, E0277

use failclosed::{Authority, Guard, Subject, audit::MemoryLog};

fn start(authority: impl Authority + 'static) -> Result<Guard, Box<dyn std::error::Error>> {
    let subject = Subject::agent("shopper")?;
    let _ = authority;
    Ok(Guard::builder(subject, MemoryLog::new()).start_blocking()?)
}

fn main() {}
