// attempt: switch enforcement off without saying why
// stopped by: E0061

use failclosed::{ConfigError, danger::AllowEverything};

fn escape() -> Result<AllowEverything, ConfigError> {
    AllowEverything::because()
}

fn main() {}
