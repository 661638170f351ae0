// attempt: get at a locked value by cloning it
// stopped by: E0308

use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Clone)]
struct Stripe;

fn charge(stripe: &Locked<Stripe, Purchase>) {
    let open: Stripe = stripe.clone();
    drop(open);
}

fn main() {}
