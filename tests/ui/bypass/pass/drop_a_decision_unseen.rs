#![deny(unused_must_use)]

use failclosed::Decision;

fn decide() -> Decision {
    Decision::deny("closed")
}

fn look() {
    drop(decide());
}

fn main() {}
