use failclosed::{Denial, Guard, requires_permission};

#[requires_permission(action = "purchase", guard = guard.as_ref().unwrap(), skip(guard))]
async fn charge(guard: Option<Guard>, amount: u64) -> Result<u64, Denial> {
    let _ = guard;
    Ok(amount)
}

fn main() {}
