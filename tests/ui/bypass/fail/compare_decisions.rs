// attempt: compare a decision with an allow of one's own
// stopped by: E0369

use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    decision == Decision::allow()
}

fn main() {}
