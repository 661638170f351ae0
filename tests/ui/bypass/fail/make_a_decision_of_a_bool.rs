// attempt: turn somebody's bool into a decision
// stopped by: E0277

use failclosed::Decision;

fn decide(allowed: bool) -> Decision {
    allowed.into()
}

fn main() {}
