//! `cargo run --example purchase`: an agent buys for a person. One purchase is allowed, one is
//! denied by policy, one is blocked because an authority is down. All of it is on record, in
//! `target/purchase-log` or the directory that is named.

use std::{env, error::Error, path::PathBuf, time::Duration};

use failclosed::{
    Action, Denial, Guard, HasGuard, Locked, Permit, Subject, all_of,
    audit::{FileStore, Writer},
    cedar::CedarAuthority,
    requires_permission,
};
use failclosed_examples::{Budget, POLICIES, SCHEMA, Stripe, euros};

/// What is permitted: a type, so that a permit for it cannot be mistaken for another.
#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

/// What the agent works with. The payment client is locked: without a permit it is no use to
/// anybody, whatever way they came.
#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    stripe: Locked<Stripe, Purchase>,
}

impl Shop {
    /// The executor. Its body runs only after an allow for exactly this vendor and amount.
    #[requires_permission(action = Purchase, resource = ("Vendor", vendor))]
    async fn buy(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        vendor: &str,
        cents: i64,
    ) -> Result<String, Denial> {
        Ok(self.stripe.open(&permit).charge(vendor, cents).await)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Two authorities, and both must allow: policies in this process, a budget service beside it.
    let policies = CedarAuthority::builder(SCHEMA, POLICIES).build()?;
    let (budget, service) = Budget::start().await?;
    // A decision is on the disk before its body runs.
    let directory = env::args_os().nth(1).map_or("target/purchase-log".into(), PathBuf::from);
    let log = Writer::open(FileStore::open(&directory)?)?;
    let alices = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(alices, all_of(policies, budget), log.clone())
        .deadline(Duration::from_secs(2))
        // Refuses to start with an authority that cannot say no.
        .start()
        .await?;
    let shop = Shop { guard, stripe: Locked::new(Stripe) };

    attempt(&shop, "a concert ticket", "coachella.com", 12_000).await;
    attempt(&shop, "a festival pass", "coachella.com", 74_200).await;

    println!("\nThe budget service goes down.");
    service.abort();
    let _aborted = service.await;
    attempt(&shop, "the same ticket again", "coachella.com", 12_000).await;

    log.close().await?;
    println!("\nWhat was recorded: cargo run --bin failclosed log show {}", directory.display());
    Ok(())
}

async fn attempt(shop: &Shop, what: &str, vendor: &str, cents: i64) {
    println!("\nThe agent wants {what}, {} at {vendor}.", euros(cents));
    match shop.buy(vendor, cents).await {
        Ok(receipt) => println!("    Bought: {receipt}"),
        Err(denial) => {
            println!("    {denial}");
            println!("    operator: {}", denial.operator());
        }
    }
}
