// attempt: return work that uses the permit after the call
// stopped by: E0515

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn buy(
    #[permit] permit: Permit<'_, Purchase>,
) -> Result<impl Future<Output = ()>, Denial> {
    Ok(async move { settle(&permit).await })
}

fn main() {}
