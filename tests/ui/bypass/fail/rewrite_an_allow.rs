// attempt: make an allow without the stamp of a dangerous mode
// stopped by: E0451

use failclosed::decision::Allow;

fn decide(given: Allow) -> Allow {
    Allow { danger: None, ..given }
}

fn main() {}
