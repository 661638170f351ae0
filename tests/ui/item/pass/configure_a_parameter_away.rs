// shows: parameters that depend on the build, and one name under opposite conditions

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = "purchase")]
async fn gone(#[cfg(all())] amount: u64, #[cfg(any())] other: u64) -> Result<u64, Denial> {
    Ok(amount)
}

#[requires_permission(action = "purchase")]
async fn either(#[cfg(all())] amount: u64, #[cfg(not(all()))] amount: u8) -> Result<u64, Denial> {
    Ok(amount)
}

#[requires_permission(action = Purchase)]
async fn permitted(
    #[cfg(all())]
    #[permit]
    permit: Permit<'_, Purchase>,
    #[allow(unused_variables)] amount: u64,
) -> Result<(), Denial> {
    drop(permit);
    Ok(())
}

fn main() {}
