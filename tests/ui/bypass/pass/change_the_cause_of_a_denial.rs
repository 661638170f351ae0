use failclosed::{Cause, Denial};

fn excuse(denial: Denial) -> Cause {
    denial.cause()
}

fn main() {}
