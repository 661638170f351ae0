use failclosed::{Decision, NoDecision};

fn decide(outage: NoDecision) -> Result<Decision, NoDecision> {
    Err(outage)
}

fn main() {}
