use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Clone)]
struct Stripe;

fn charge(stripe: &Locked<Stripe, Purchase>) {
    let open: Locked<Stripe, Purchase> = stripe.clone();
    drop(open);
}

fn main() {}
