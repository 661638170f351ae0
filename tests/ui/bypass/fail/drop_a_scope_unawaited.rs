// attempt: open a scope and not run anything in it
// stopped by: "unused implementer of `Future` that must be used"

#![deny(unused_must_use)]

use failclosed::Guard;

async fn start(guard: Guard) {
    guard.scope(async {});
}

fn main() {}
