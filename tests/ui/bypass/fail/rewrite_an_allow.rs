// attempt: make an allow without the stamp of a dangerous mode
// stopped by: E0451

use failclosed::Allow;

fn decide(given: Allow) -> Allow {
    Allow { danger: None, ..given }
}

fn main() {}
