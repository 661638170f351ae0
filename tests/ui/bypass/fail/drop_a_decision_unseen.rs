// attempt: ask an authority and not look at what it says
// stopped by: "a decision that nobody looks at protects nothing"

#![deny(unused_must_use)]

use failclosed::Decision;

fn decide() -> Decision {
    Decision::deny("closed")
}

fn look() {
    decide();
}

fn main() {}
