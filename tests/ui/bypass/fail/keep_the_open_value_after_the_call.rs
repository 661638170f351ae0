// attempt: return what a permit opened
// stopped by: E0515, "lifetime may not live long enough"

use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

use failclosed::{Denial, Guard};

async fn charge(guard: &Guard, stripe: &Locked<Stripe, Purchase>) -> Result<(), Denial> {
    let kept = guard.run(Purchase, async |permit| Ok::<_, Denial>(stripe.open(&permit))).await?;
    let _ = kept;
    Ok(())
}

fn main() {}
