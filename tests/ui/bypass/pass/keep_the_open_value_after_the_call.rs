use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

use failclosed::{Denial, Guard};

async fn charge(guard: &Guard, stripe: &Locked<Stripe, Purchase>) -> Result<(), Denial> {
    let kept = guard.run(Purchase, async |permit| Ok::<_, Denial>(stripe.open(&permit).key.len())).await?;
    let _ = kept;
    Ok(())
}

fn main() {}
