//! A6: a body that was allowed, and did not end: the record says how far it came.

use failclosed::{Denial, audit::Outcome, requires_permission};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{Says, allow},
    decisions, outcomes,
};
use tokio::task::yield_now;

struct Executor {
    running: Running,
}

impl Executor {
    fn new() -> Self {
        Self { running: Rig::with(Says(allow)).build() }
    }

    fn ended(&self, outcome: Outcome) {
        let verdicts: Vec<_> = decisions(&self.running.log).iter().map(|e| e.verdict).collect();
        assert_eq!(verdicts, ["allow"]);
        let outcomes: Vec<_> = outcomes(&self.running.log).iter().map(|e| e.outcome).collect();
        assert_eq!(outcomes, [outcome]);
        assert_eq!(self.running.shop.bodies(), 1);
    }
}

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn never_done(shop: &Shop) -> Result<(), Denial> {
    shop.ran();
    std::future::pending().await
}

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn panicking(shop: &Shop) -> Result<(), Denial> {
    shop.ran();
    yield_now().await;
    panic!("boom in the body")
}

/// A6: in the body: what it had done by then is not known, and the record says so.
#[tokio::test]
async fn dropped_in_the_body_is_recorded_as_abandoned() {
    let executor = Executor::new();
    tokio::select! {
        biased;
        _ = never_done(&executor.running.shop) => panic!("it never ends"),
        () = yield_now() => {}
    }
    executor.ended(Outcome::Abandoned);
    executor.running.healthy().await;
}

/// The same without the macro.
#[tokio::test]
async fn dropped_in_a_closure_is_recorded_as_abandoned() {
    #[derive(failclosed::Action)]
    #[action(name = "purchase")]
    struct Purchase;
    let executor = Executor::new();
    let shop = &executor.running.shop;
    let body = async |_: failclosed::Permit<'_, Purchase>| -> Result<(), Denial> {
        shop.ran();
        std::future::pending().await
    };
    tokio::select! {
        biased;
        _ = shop.guard().run(Purchase, body) => panic!("it never ends"),
        () = yield_now() => {}
    }
    executor.ended(Outcome::Abandoned);
}

#[tokio::test]
async fn panic_in_the_body_is_recorded_as_panicked() {
    let executor = Executor::new();
    let shop = executor.running.shop.clone();
    let task = tokio::spawn(async move { panicking(&shop).await });
    assert!(task.await.unwrap_err().is_panic());
    executor.ended(Outcome::Panicked);
    executor.running.healthy().await;
}

/// Dropped after it returned, there is one outcome, and it is the first.
#[tokio::test]
async fn dropped_after_the_body_is_recorded_once() {
    let executor = Executor::new();
    let mut charge = Box::pin(executor.running.shop.charge("coachella.com", 742));
    assert_eq!(charge.as_mut().await.unwrap(), 742);
    drop(charge);
    executor.ended(Outcome::Completed);
}

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn slow(shop: &Shop) -> Result<(), Denial> {
    shop.ran();
    tokio::time::sleep(TAKES).await;
    Ok(())
}

const TAKES: std::time::Duration = std::time::Duration::from_millis(20);

/// Of whatever ran, the record tells how long.
#[tokio::test]
async fn an_outcome_tells_how_long_the_body_took() {
    let executor = Executor::new();
    slow(&executor.running.shop).await.unwrap();
    executor.ended(Outcome::Completed);
    let took = outcomes(&executor.running.log)[0].elapsed_us;
    assert!(u128::from(took) >= TAKES.as_micros(), "{took} microseconds");
}
