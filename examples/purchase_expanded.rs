//! What `#[requires_permission]` makes of a function, by hand: the twin of `purchase`.
//!
//! The hidden module is named here to show it. Do not call it: `Guard::run` is the way without a
//! macro.

use std::error::Error;

use failclosed::{
    __private_0_1_0 as private, Action, Denial, Guard, HasGuard, Locked, Permit, Subject,
    audit::MemoryLog, cedar::CedarAuthority,
};
use failclosed_examples::{POLICIES, SCHEMA, Stripe, print_log};

// #[derive(Action)]
// #[action(name = "purchase")]
struct Purchase;

impl failclosed::request::Arguments for Purchase {
    fn argument(&self, _index: usize) -> Option<failclosed::request::NamedArgument<'_>> {
        None
    }
}

impl Action for Purchase {
    const NAME: &'static str = "purchase";
    type Key = Self;
}

// #[derive(HasGuard)]
struct Shop {
    // #[guard]
    guard: Guard,
    stripe: Locked<Stripe, Purchase>,
}

impl HasGuard for Shop {
    fn guard(&self) -> &Guard {
        &self.guard
    }
}

impl Shop {
    // #[requires_permission(action = Purchase, resource = ("Vendor", vendor))]
    // async fn buy(&self, #[permit] permit: Permit<'_, Purchase>, vendor: &str, cents: i64)
    //     -> Result<String, Denial>
    async fn buy(&self, vendor: &str, cents: i64) -> Result<String, Denial> {
        // Who asks: the guard of `self`, cloned, so that the body may use all of `self`.
        let guard = private::guard_of(&self);
        // What is asked for. The authority is shown every parameter, by name.
        let action = Purchase;
        // The one door: nothing below this line runs without an awaited allow that is on record.
        let call = match private::enter(&private::Asking::new(
            &guard,
            private::Entry::of(&action),
            // Called when the question is written down, and again after each wait.
            &|question: &mut private::Question<'_>| {
                question.resource(&("Vendor", vendor));
                question.argument("vendor", &vendor);
                question.argument("cents", &cents);
            },
        ))
        .await
        {
            Ok(call) => call,
            Err(denial) => {
                return <Result<String, Denial> as failclosed::FromDenial>::from_denial(denial);
            }
        };
        // The proof, lent by the call: it cannot outlive it.
        let permit: Permit<'_, Purchase> = call.permit();
        // The body, in a block of its own: its `return` and `?` end here, and are seen.
        let result: Result<String, Denial> =
            async move { Ok(self.stripe.open(&permit).charge(vendor, cents).await) }.await;
        // Completed or failed. Dropped before this, the call records that it was abandoned.
        call.conclude(failclosed::FromDenial::failed(&result));
        result
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policies = CedarAuthority::builder(SCHEMA, POLICIES).build()?;
    let log = MemoryLog::new();
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(subject, policies).audit(log.clone()).start().await?;
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
