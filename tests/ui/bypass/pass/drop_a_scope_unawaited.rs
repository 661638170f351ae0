#![deny(unused_must_use)]

use failclosed::Guard;

async fn start(guard: Guard) {
    guard.scope(async {}).await;
}

fn main() {}
