use failclosed::Decision;

fn decide(allowed: bool) -> Decision {
    if allowed { Decision::allow() } else { Decision::deny("not allowed") }
}

fn main() {}
