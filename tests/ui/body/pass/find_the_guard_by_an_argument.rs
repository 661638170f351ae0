// shows: a parameter that is there to find the guard by is used by that

#![deny(unused_variables)]

use failclosed::{Denial, Guard, requires_permission};

struct Session {
    guard: Guard,
}

#[requires_permission(action = "purchase", guard = session.guard, skip(session))]
async fn charge(session: &Session, amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    let _ = charge;
}
