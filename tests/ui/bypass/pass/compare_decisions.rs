use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    matches!(decision, Decision::Allow(_))
}

fn main() {}
