// attempt: let nobody know of a denial
// stopped by: "a denial that nobody sees leaves the user in the dark"

#![deny(unused_must_use)]

use failclosed::Denial;

fn denied(denial: Denial) -> Denial {
    denial
}

fn look(denial: Denial) {
    denied(denial);
}

fn main() {}
