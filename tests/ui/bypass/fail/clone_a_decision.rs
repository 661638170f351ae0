// attempt: keep an answer and give it again
// stopped by: E0308

use failclosed::Decision;

fn decide(decision: &Decision) -> Decision {
    decision.clone()
}

fn main() {}
