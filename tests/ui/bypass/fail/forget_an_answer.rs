// attempt: handle two of the three answers
// stopped by: E0004

use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    match decision {
        Decision::Allow(_) => true,
        Decision::Deny(_) => false,
    }
}

fn main() {}
