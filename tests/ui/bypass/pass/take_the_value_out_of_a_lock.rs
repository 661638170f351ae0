use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    drop(stripe.open(permit).key.clone());
}

fn main() {}
