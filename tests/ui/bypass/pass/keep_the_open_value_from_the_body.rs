use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

use failclosed::{Denial, requires_permission};

#[requires_permission(action = Purchase, skip(stripe))]
async fn charge<'a>(
    #[permit] permit: Permit<'_, Purchase>,
    stripe: &'a Locked<Stripe, Purchase>,
) -> Result<usize, Denial> {
    Ok(stripe.open(&permit).key.len())
}

fn main() {}
