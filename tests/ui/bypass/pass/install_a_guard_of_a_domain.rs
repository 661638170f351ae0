use failclosed::{Guard, error::ConfigError};

struct Payments;

fn install(guard: Guard) -> Result<(), ConfigError> {
    guard.install()
}

fn main() {
    drop(Payments);
}
