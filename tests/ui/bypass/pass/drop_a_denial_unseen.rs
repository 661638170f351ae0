#![deny(unused_must_use)]

use failclosed::Denial;

fn denied(denial: Denial) -> Denial {
    denial
}

fn look(denial: Denial) {
    drop(denied(denial));
}

fn main() {}
