use std::time::Duration;

use failclosed::{Authority, danger::ObserveOnly, error::ConfigError};

fn escape<A: Authority>(authority: A, week: Duration) -> Result<ObserveOnly<A>, ConfigError> {
    assert!(week > Duration::ZERO);
    ObserveOnly::new(authority, "a new policy", week)
}

fn main() {}
