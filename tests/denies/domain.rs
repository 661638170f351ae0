//! Domains: a guard of one asks as any other does, its permits open its own locks, and nothing of it is
//! there at run time. That no other guard's permits do is proven where nothing compiles: `ui/bypass`.

use std::mem::size_of;

use failclosed::{
    Action, Authority, Cause, Decision, Denial, Guard, HasGuard, Locked, Permit, Subject,
    audit::MemoryLog, authority_fn, danger, guard::Global, requires_permission,
};
use failclosed_tests::decisions;

mod payments {
    //! The only place where a guard of this domain is built.

    use super::*;

    pub(super) struct Payments(());

    pub(super) fn guarded_by(rules: impl Authority + 'static, log: &MemoryLog) -> Guard<Payments> {
        let shopper = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
        let builder = Guard::builder_in(Payments(()), shopper, rules, log.clone());
        danger::unchecked(builder, "a test").unwrap()
    }
}
use payments::Payments;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    cents: u64,
}

#[derive(HasGuard)]
struct Till {
    #[guard]
    guard: Guard<Payments>,
    balance: Locked<u64, Purchase, Payments>,
}

impl Till {
    fn new(guard: Guard<Payments>) -> Self {
        Self { guard, balance: Locked::new(742) }
    }

    #[requires_permission(action = Purchase { cents })]
    async fn left(
        &self,
        #[permit] permit: Permit<'_, Purchase, Payments>,
        cents: u64,
    ) -> Result<u64, Denial> {
        Ok(self.balance.open(&permit) - permit.cents)
    }

    #[requires_permission(action = "look")]
    async fn look(&self) -> Result<(), Denial> {
        drop(self.guard.clone());
        Ok(())
    }
}

#[requires_permission(action = Purchase { cents: 1 }, guard = till, skip(till))]
async fn named(
    #[permit] permit: Permit<'_, Purchase, Payments>,
    till: &Till,
) -> Result<u64, Denial> {
    Ok(till.balance.open(&permit) - permit.cents)
}

/// Up to 100.
fn rules() -> impl Authority {
    authority_fn(async |request| match request.action() {
        "purchase" if request.argument::<u64>("cents")? <= 100 => Ok(Decision::allow()),
        "look" => Ok(Decision::allow()),
        _ => Ok(Decision::deny("over the limit")),
    })
}

#[tokio::test]
async fn a_guard_of_a_domain_asks_and_its_permit_opens_its_lock() {
    let log = MemoryLog::new();
    let till = Till::new(payments::guarded_by(rules(), &log));
    assert_eq!(till.left(42).await.unwrap(), 700);
    assert_eq!(named(&till).await.unwrap(), 741);
    till.look().await.unwrap();
    let run = till
        .guard
        .run(Purchase { cents: 2 }, async |permit| Ok::<_, Denial>(*till.balance.open(&permit)));
    assert_eq!(run.await.unwrap(), 742);
    assert_eq!(decisions(&log).iter().filter(|entry| entry.verdict == "allow").count(), 4);
}

#[tokio::test]
async fn it_denies_as_any_other() {
    let log = MemoryLog::new();
    let till = Till::new(payments::guarded_by(rules(), &log));
    let denial = till.left(742).await.expect_err("over the limit");
    assert_eq!(denial.cause(), Cause::Denied);
    // Whatever guard the task has: this one asks its own.
    let yes = authority_fn(async |_| Ok(Decision::allow()));
    let lax = Guard::builder(Subject::agent("lax").unwrap(), yes, MemoryLog::new());
    let lax = danger::unchecked(lax, "a test").unwrap();
    let denial = lax.scope(till.left(742)).await.expect_err("over the limit");
    assert_eq!(denial.cause(), Cause::Denied);
    let records = decisions(&log);
    assert_eq!(records.iter().map(|entry| entry.verdict).collect::<Vec<_>>(), ["deny", "deny"]);
}

#[tokio::test]
async fn what_is_made_of_it_is_of_its_domain() {
    let log = MemoryLog::new();
    let guard = payments::guarded_by(rules(), &log);
    let bobs = Subject::agent("shopper").unwrap().on_behalf_of("bob").unwrap();
    let bobs: Guard<Payments> = guard.for_subject(bobs).with_context("session", 7).unwrap();
    assert_eq!(Till::new(bobs.clone()).left(42).await.unwrap(), 700);
    let sub: Guard<Payments> = bobs.delegate(Subject::agent("researcher").unwrap());
    let till = Till::new(sub);
    assert_eq!(till.left(42).await.unwrap(), 700);
    drop(bobs);
    // FAIL CLOSED: its parent is gone.
    let denial = till.left(42).await.expect_err("it outlived its parent");
    assert_eq!(denial.cause(), Cause::NotConfigured);
}

#[test]
fn it_costs_nothing() {
    assert_eq!(size_of::<Guard<Payments>>(), size_of::<Guard>());
    assert_eq!(size_of::<Guard>(), size_of::<usize>());
    assert_eq!(size_of::<Permit<'_, Purchase, Payments>>(), size_of::<&Purchase>());
    assert_eq!(size_of::<Locked<u64, Purchase, Payments>>(), size_of::<u64>());
    assert_eq!(size_of::<Locked<u64, Purchase, Global>>(), size_of::<u64>());
}
