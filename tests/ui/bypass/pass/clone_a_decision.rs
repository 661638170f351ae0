use failclosed::Decision;

fn decide(decision: &Decision) -> Decision {
    Decision::deny(format!("{decision:?}"))
}

fn main() {}
