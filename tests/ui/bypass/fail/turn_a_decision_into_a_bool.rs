// attempt: take a decision for a bool
// stopped by: E0308

use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    if decision { true } else { false }
}

fn main() {}
