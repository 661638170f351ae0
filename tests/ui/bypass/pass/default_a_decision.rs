use failclosed::Decision;

fn decide(decision: Option<Decision>) -> Decision {
    decision.unwrap_or_else(|| Decision::deny("no answer"))
}

fn main() {}
