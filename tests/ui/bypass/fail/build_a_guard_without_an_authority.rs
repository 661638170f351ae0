// attempt: build a guard that asks nobody
// stopped by: E0061

use failclosed::{Authority, Guard, Subject, error::ConfigError};

fn start(authority: impl Authority + 'static) -> Result<Guard, ConfigError> {
    let subject = Subject::agent("shopper")?;
    let _ = authority;
    Guard::builder(subject).build()
}

fn main() {}
