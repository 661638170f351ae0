use failclosed::Decision;

fn decide(decision: Decision) -> bool {
    match decision {
        Decision::Allow(_) => true,
        Decision::Deny(_) => false,
        Decision::Ask(_) => false,
    }
}

fn main() {}
