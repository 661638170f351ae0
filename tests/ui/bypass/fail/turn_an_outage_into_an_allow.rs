// attempt: turn the failure to decide into a decision
// stopped by: E0277

use failclosed::{Decision, NoDecision};

fn decide(outage: NoDecision) -> Result<Decision, NoDecision> {
    Ok(outage.into())
}

fn main() {}
