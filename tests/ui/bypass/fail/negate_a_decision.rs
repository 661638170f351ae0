// attempt: take what is not a deny for an allow
// stopped by: E0600

use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    !decision
}

fn main() {}
