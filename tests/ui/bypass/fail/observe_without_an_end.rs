// attempt: switch enforcement off for good
// stopped by: E0061

use std::time::Duration;

use failclosed::{Authority, danger::ObserveOnly, error::ConfigError};

fn escape<A: Authority>(authority: A, week: Duration) -> Result<ObserveOnly<A>, ConfigError> {
    assert!(week > Duration::ZERO);
    ObserveOnly::new(authority, "a new policy")
}

fn main() {}
