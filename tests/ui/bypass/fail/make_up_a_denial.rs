// attempt: return a denial that nobody decided
// stopped by: E0423

use failclosed::Denial;

fn deny(given: Denial) -> Denial {
    Denial(Box::new(given))
}

fn main() {}
