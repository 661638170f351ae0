// attempt: record another cause than the one there was
// stopped by: E0616

use failclosed::{Cause, Denial};

fn excuse(denial: Denial) -> Cause {
    denial.0.cause
}

fn main() {}
