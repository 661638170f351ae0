// attempt: make a guard without its builder
// stopped by: E0423

use failclosed::Guard;

fn start(given: Guard) -> Guard {
    Guard(given)
}

fn main() {}
