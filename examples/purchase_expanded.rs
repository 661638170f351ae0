//! What the attribute and the derives make of `purchase`, compiled and run: `expansion.rs` is written by
//! the macros, and a test of theirs fails where it is not what they make today.
//!
//! What to look for in it, from the top of `buy`:
//!
//! 1. `guard_of`: who asks is the guard of `self`, cloned, so that the body may use all of `self`.
//! 2. `enter`: the one door. Nothing below it runs without an awaited allow that is on record. Its
//!    closure writes the question down, and again after each wait: the resource, and every parameter.
//! 3. `from_denial`: everything but an allow ends here.
//! 4. `permit`: the proof, lent by the call. It cannot outlive it.
//! 5. The body, in a block of its own: its `return` and `?` end there, and are seen.
//! 6. `conclude`: completed or failed. Dropped before this, the call records that it was abandoned.
//!
//! The hidden module is named in it. Do not call that by hand: `Guard::run` is the way without a macro.
#![allow(clippy::match_single_binding, reason = "generated: an action without arguments")]

use std::error::Error;

use failclosed::{Denial, Guard, Locked, Permit, Subject, audit::MemoryLog, cedar::CedarAuthority};
use failclosed_examples::{POLICIES, SCHEMA, Stripe, print_log};

include!("purchase_expanded/expansion.rs");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policies = CedarAuthority::builder(SCHEMA, POLICIES).build()?;
    let log = MemoryLog::new();
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(subject, policies, log.clone()).start().await?;
    let shop = Shop { guard, stripe: Locked::new(Stripe) };

    for cents in [12_000, 74_200] {
        match shop.buy("coachella.com", cents).await {
            Ok(receipt) => println!("Bought: {receipt}"),
            Err(denial) => println!("{denial}"),
        }
    }
    println!("\nWhat was recorded:");
    print_log(&log);
    Ok(())
}
