// attempt: start a guard whose decisions nobody writes down, by leaving the log out
// stopped by: E0061

use failclosed::{Authority, Guard, Subject, error::StartError};

fn start(subject: Subject, authority: impl Authority + 'static) -> Result<Guard, StartError> {
    Guard::builder(subject, authority).start_blocking()
}

fn main() {}
