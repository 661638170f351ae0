use failclosed::{Authority, Guard, Subject, audit::MemoryLog};

fn start(authority: impl Authority + 'static) -> Result<Guard, Box<dyn std::error::Error>> {
    let subject = Subject::agent("shopper")?;
    Ok(Guard::builder(subject, authority, MemoryLog::new()).start_blocking()?)
}

fn main() {}
