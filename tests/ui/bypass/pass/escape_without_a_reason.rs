use failclosed::{ConfigError, danger::AllowEverything};

fn escape() -> Result<AllowEverything, ConfigError> {
    AllowEverything::because("a demonstration without a policy")
}

fn main() {}
