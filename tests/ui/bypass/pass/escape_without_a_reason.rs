use failclosed::{danger::AllowEverything, error::ConfigError};

fn escape() -> Result<AllowEverything, ConfigError> {
    AllowEverything::because("a demonstration without a policy")
}

fn main() {}
