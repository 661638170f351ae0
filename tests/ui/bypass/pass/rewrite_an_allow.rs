use failclosed::decision::Allow;

fn decide(given: Allow) -> Allow {
    given
}

fn main() {}
