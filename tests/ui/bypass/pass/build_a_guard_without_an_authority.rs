use failclosed::{Authority, Guard, Subject, error::ConfigError};

fn start(authority: impl Authority + 'static) -> Result<Guard, ConfigError> {
    let subject = Subject::agent("shopper")?;
    Guard::builder(subject, authority).build()
}

fn main() {}
