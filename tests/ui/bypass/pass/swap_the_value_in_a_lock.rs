use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn replace(stripe: &mut Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    stripe.open_mut(permit).key.clear();
}

fn main() {}
