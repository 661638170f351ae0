// shows: an action may borrow, and a permit for it opens the lock for any lifetime

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase<'a> {
    vendor: &'a str,
}

struct Stripe;

fn charge(stripe: &Locked<Stripe, Purchase<'static>>, permit: &Permit<'_, Purchase<'_>>) -> usize {
    let _: &Stripe = stripe.open(permit);
    permit.vendor.len()
}

fn main() {}
