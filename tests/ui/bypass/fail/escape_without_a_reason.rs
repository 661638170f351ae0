// attempt: switch enforcement off without saying why
// stopped by: E0061

use failclosed::{danger::AllowEverything, error::ConfigError};

fn escape() -> Result<AllowEverything, ConfigError> {
    AllowEverything::because()
}

fn main() {}
