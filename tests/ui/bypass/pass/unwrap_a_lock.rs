use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &mut Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    drop(stripe.open_mut(permit).key.clone());
}

fn main() {}
