// attempt: return what a permit opened, from a function with the attribute
// stopped by: E0515

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
) -> Result<&'a Stripe, Denial> {
    Ok(stripe.open(&permit))
}

fn main() {}
