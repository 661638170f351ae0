// attempt: make a guard of a domain that of all tasks
// stopped by: E0599

use failclosed::{Guard, error::ConfigError};

struct Payments;

fn install(guard: Guard<Payments>) -> Result<(), ConfigError> {
    guard.install()
}

fn main() {
    drop(Payments);
}
