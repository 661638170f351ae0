// attempt: let there be a decision without anybody deciding
// stopped by: E0599

use failclosed::Decision;

fn decide(decision: Option<Decision>) -> Decision {
    decision.unwrap_or_else(Decision::default)
}

fn main() {}
