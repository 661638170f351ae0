#![deny(unused_must_use)]

use failclosed::{Authority, Request};

async fn look(authority: &dyn Authority, request: &Request<'_>) {
    drop(authority.decide(request).await);
}

fn main() {}
