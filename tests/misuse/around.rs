//! Around a guarded call: what its caller makes of it.

use std::time::Duration;

use failclosed::{
    Cause, Decision, Denial, Guard,
    authority::{Answer, answer_fn},
};

use super::{Till, builder, purchase};

async fn slow(verdict: fn() -> Decision) -> Guard {
    let authority = answer_fn(move |request: &failclosed::Request<'_>| {
        if request.is_self_check() {
            return Decision::deny("nobody may").into();
        }
        Answer::pending(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(verdict())
        })
    });
    builder(authority).start().await.unwrap()
}

// stopped by: nothing
/// The denial is swallowed, and what was to happen after the purchase happens without it.
#[tokio::test(start_paused = true)]
async fn a_denial_that_is_swallowed() {
    let (till, guard) = (Till::default(), slow(|| Decision::deny("no")).await);
    let receipt = guard.scope(purchase(&till, 1)).await.ok();
    let shipped = receipt.is_none();
    assert!(shipped && till.charged() == 0, "it ships what was not paid for");
}

// stopped by: a denial
/// A caller that gives up first: the body goes with its call, also where the yes comes later.
#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_first() {
    let (till, guard) = (Till::default(), slow(Decision::allow).await);
    let called = guard.scope(purchase(&till, 1));
    assert!(tokio::time::timeout(Duration::from_millis(1), called).await.is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(till.charged(), 0);
}

// stopped by: a denial
/// "Whichever is first": a `select!` between the guarded call and a fallback that is guarded too.
#[tokio::test(start_paused = true)]
async fn a_race_with_a_fallback() {
    let (till, guard) = (Till::default(), slow(|| Decision::deny("no")).await);
    let raced: Result<(), Denial> = guard
        .scope(async {
            tokio::select! {
                first = purchase(&till, 1) => first,
                second = purchase(&till, 2) => second,
            }
        })
        .await;
    assert_eq!((raced.unwrap_err().cause(), till.charged()), (Cause::Denied, 0));
}

// stopped by: a denial
/// A retry until it works: each try asks anew.
#[tokio::test(start_paused = true)]
async fn a_retry_until_it_works() {
    let (till, guard) = (Till::default(), slow(|| Decision::deny("no")).await);
    for _ in 0..10 {
        let denial = guard.scope(purchase(&till, 1)).await.unwrap_err();
        assert_eq!(denial.cause(), Cause::Denied);
    }
    assert_eq!(till.charged(), 0);
}

// stopped by: a denial
/// A guard that somebody forgot to hand on.
#[tokio::test]
async fn a_call_without_a_guard() {
    let till = Till::default();
    let denial = purchase(&till, 1).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::NotConfigured, 0));
}

// stopped by: nothing
/// The scope was made and its guard is lax only for tests; the same tests never see the real one.
#[tokio::test]
async fn a_test_that_never_sees_the_real_guard() {
    let lax = answer_fn(|_| Decision::allow().into());
    let lax = failclosed::danger::unchecked(builder(lax), "tests").unwrap();
    let till = Till::default();
    lax.scope(purchase(&till, 74_200)).await.unwrap();
    assert_eq!(till.charged(), 74_200);
}
