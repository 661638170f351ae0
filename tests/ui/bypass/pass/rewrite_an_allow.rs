use failclosed::Allow;

fn decide(given: Allow) -> Allow {
    given
}

fn main() {}
