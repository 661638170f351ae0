#![deny(warnings)]
use failclosed::{Denial, requires_permission};

struct Cart(u64);

impl Cart {
    fn total(&self) -> u64 {
        self.0
    }
}

#[requires_permission(action = "pay", args(let total = cart.total()), skip(cart))]
async fn pay(cart: Cart) -> Result<u64, Denial> {
    Ok(total + cart.total())
}

fn main() {}
