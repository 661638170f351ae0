use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

#[requires_permission(action = Refund)]
async fn refund(#[permit] permit: Permit<'_, Refund>) -> Result<(), Denial> {
    drop(permit);
    Ok(())
}

fn main() {}
