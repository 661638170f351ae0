// shows: generated code warns of nothing, whatever the form of the body

#![deny(warnings, unreachable_pub, unused_qualifications)]
#![deny(unused, reason = "all of it but `dead_code`")]
#![allow(dead_code, reason = "nothing is called here")]
#![deny(nonstandard_style, future_incompatible, rust_2018_idioms, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_lifetimes)]
#![deny(trivial_numeric_casts, unused_import_braces, unused_results, variant_size_differences)]
#![forbid(unsafe_code)]

use failclosed::{Action, Denial, Guard, HasGuard, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase<'a> {
    vendor: &'a str,
    amount: u64,
}

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    sold: u64,
}

impl Shop {
    #[requires_permission(action = Purchase { vendor, amount })]
    async fn sell(
        &mut self,
        #[permit] permit: Permit<'_, Purchase<'_>>,
        vendor: &str,
        mut amount: u64,
    ) -> Result<u64, Denial> {
        amount += permit.amount + vendor.len() as u64;
        self.sold += amount;
        Ok(amount)
    }
}

#[requires_permission(action = "purchase")]
async fn end_in_a_return(amount: u64) -> Result<u64, Denial> {
    if amount > 7 {
        return Ok(7);
    }
    Ok(amount)
}

#[requires_permission(action = "purchase", skip(_card))]
async fn end_in_a_match(amount: u64, _card: &str) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    match amount {
        0 => Err("nothing to buy".into()),
        1 => Ok("1".parse()?),
        _ => Ok(amount),
    }
}

#[requires_permission(action = "purchase")]
async fn end_in_a_panic(_amount: u64) -> Result<u64, Denial> {
    panic!("never bought")
}

#[requires_permission(action = "purchase")]
async fn end_in_a_loop(_: u64) -> Result<std::convert::Infallible, Denial> {
    loop {
        tokio::task::yield_now().await;
    }
}

#[requires_permission(action = "purchase")]
async fn call_itself(amount: u64) -> Result<u64, Denial> {
    if amount == 0 { Ok(0) } else { Box::pin(call_itself(amount - 1)).await }
}

fn main() {}
