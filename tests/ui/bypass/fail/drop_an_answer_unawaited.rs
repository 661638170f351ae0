// attempt: ask an authority and not wait for what it says
// stopped by: "an answer decides nothing until the guard has awaited it"

#![deny(unused_must_use)]

use failclosed::{Authority, Request};

async fn look(authority: &dyn Authority, request: &Request<'_>) {
    authority.decide(request);
}

fn main() {}
