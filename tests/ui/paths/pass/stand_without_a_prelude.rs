// shows: generated code needs nothing from the prelude

#![no_implicit_prelude]

use ::failclosed::{Action, Denial, Guard, HasGuard, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase<'a> {
    vendor: &'a str,
    amount: u64,
}

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

impl Shop {
    #[requires_permission(action = Purchase { vendor, amount: *amount })]
    async fn charge(
        &self,
        #[permit] permit: Permit<'_, Purchase<'_>>,
        vendor: &str,
        amount: &u64,
    ) -> ::core::result::Result<u64, Denial> {
        ::core::result::Result::Ok(permit.amount + *amount)
    }
}

fn told(_: Denial) -> u64 {
    0
}

#[requires_permission(action = "purchase", on_denied = told, resource = vendor)]
async fn count(vendor: &str) -> u64 {
    vendor.len() as u64
}

fn main() {}
