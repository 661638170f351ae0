// attempt: let a guard come from a default
// stopped by: E0599

use failclosed::Guard;

fn start() -> Guard {
    Guard::default()
}

fn main() {}
