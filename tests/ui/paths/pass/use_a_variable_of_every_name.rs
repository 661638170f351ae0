// shows: parameters may have the names that generated code uses

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", guard = guard, resource = result, skip(guard))]
async fn charge(
    guard: failclosed::Guard,
    call: u8,
    action: u8,
    result: &str,
    denial: u8,
    permit: u8,
) -> Result<u8, Denial> {
    let _ = guard;
    Ok(call + action + denial + permit + result.len() as u8)
}

fn main() {}
