//! A body begins before the deadline or not at all: the clock is read behind everything that runs code
//! of others, and nothing comes after it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use failclosed::{
    Cause, Denial, Request,
    approval::Approver,
    authority::Answer,
    decision::{Ask, Deny},
    requires_permission,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, allow_after, ask},
    sinks::{self, Sink},
};
use serde::{Serialize, Serializer};
use tokio::task::yield_now;

const DEADLINE: Duration = Duration::from_millis(150);
const TOO_LONG: Duration = Duration::from_millis(300);

/// Slow to look at, from the look `at` on.
struct Slow {
    looks: AtomicUsize,
    at: usize,
}

impl Slow {
    fn at(at: usize) -> Self {
        Self { looks: AtomicUsize::new(0), at }
    }
}

impl Serialize for Slow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.looks.fetch_add(1, Ordering::SeqCst) >= self.at {
            sleep(TOO_LONG);
        }
        serializer.serialize_u64(74_200)
    }
}

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn charge(shop: &Shop, amount: &Slow) -> Result<(), Denial> {
    let _seen = amount;
    shop.ran();
    Ok(())
}

fn slow_allow() -> Answer<'static> {
    Answer::pending(async {
        yield_now().await;
        Ok(failclosed::Decision::allow())
    })
}

/// Each look at the arguments takes too long in turn: the first, the one behind the authority, the one
/// behind the log.
#[tokio::test]
async fn a_slow_look_at_the_arguments_denies() {
    type Authority = fn() -> Answer<'static>;
    type Record = fn() -> failclosed::audit::Recording<'static>;
    let waits: Record = || sinks::slower_than(Duration::from_millis(5));
    let cases: [(Authority, Record, usize); 5] = [
        (allow, sinks::taken, 0),
        (slow_allow, sinks::taken, 0),
        (slow_allow, sinks::taken, 1),
        (allow, waits, 1),
        (slow_allow, waits, 2),
    ];
    for (index, (authority, record, at)) in cases.into_iter().enumerate() {
        let rig = Rig::with(Says(authority)).deadline(DEADLINE).sink(Sink(record));
        let began = Instant::now();
        let call = async |shop: &Shop| charge(shop, &Slow::at(at)).await;
        let running = rig.build();
        let denial = call(&running.shop).await.unwrap_err();
        assert!(began.elapsed() >= TOO_LONG, "case {index}: nothing was slow");
        assert_eq!((denial.cause(), running.shop.bodies()), (Cause::TimedOut, 0), "case {index}");
        let last = running.log.entries();
        let last = serde_json::to_value(last.last()).unwrap();
        assert_eq!(last["cause"], "timed_out", "case {index}: {last}");
    }
}

/// The last thing asked of an approver: whether the yes still stands.
#[tokio::test]
async fn an_approver_that_is_slow_to_say_whether_its_yes_stands_denies() {
    struct Thinks;
    impl Approver for Thinks {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            ask.approved(request).into()
        }
        fn withdrawn(&self) -> Option<Deny> {
            sleep(TOO_LONG);
            None
        }
    }
    let rig = Rig::with(Says(ask)).deadline(DEADLINE).approver(Thinks, DEADLINE);
    let running = rig.build();
    let denial = charge(&running.shop, &Slow::at(usize::MAX)).await.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::TimedOut, 0));
}

/// Does something when it is told of an allow.
struct Told<F>(F);

impl<F: Fn() + Send + Sync + 'static> tracing::Subscriber for Told<F> {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().target() == "failclosed"
            && *event.metadata().level() == tracing::Level::DEBUG
        {
            (self.0)();
        }
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// Tracing is code of others too, and it is told of every allow.
#[tokio::test]
async fn a_subscriber_that_blocks_denies() {
    for authority in [allow as fn() -> _, slow_allow] {
        let running = Rig::with(Says(authority)).deadline(DEADLINE).build();
        let _blocks = tracing::subscriber::set_default(Told(|| sleep(TOO_LONG)));
        let denial = charge(&running.shop, &Slow::at(usize::MAX)).await.unwrap_err();
        assert_eq!((denial.cause(), running.shop.bodies()), (Cause::TimedOut, 0));
    }
}

#[requires_permission(action = "purchase", guard = shop.guard(), args(amount = amount), skip(shop))]
async fn charge_cents(shop: &Shop, amount: &AtomicU64) -> Result<(), Denial> {
    let _seen = amount;
    shop.ran();
    Ok(())
}

/// A value that changes while a subscriber takes its time is another one than was allowed.
#[tokio::test]
async fn what_changes_under_a_subscriber_denies() {
    for authority in [allow as fn() -> _, slow_allow] {
        let running = Rig::with(Says(authority)).build();
        let amount = Arc::new(AtomicU64::new(1_000));
        let changed = Arc::clone(&amount);
        let _changes = tracing::subscriber::set_default(Told(move || {
            sleep(Duration::from_millis(1));
            changed.store(74_200, Ordering::SeqCst);
        }));
        let denial = charge_cents(&running.shop, &amount).await.unwrap_err();
        assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Malformed, 0));
        let last = serde_json::to_value(running.log.entries().last()).unwrap();
        assert_eq!(last["cause"], "malformed", "{last}");
    }
}

/// The authority's time begins anew behind a person's: who thinks for longer than it may take is in time.
#[tokio::test]
async fn a_person_may_take_longer_than_the_authority() {
    let running = Rig::with(Says(ask))
        .deadline(DEADLINE)
        .approver(Says(|| allow_after(TOO_LONG)), 10 * TOO_LONG)
        .build();
    assert_eq!(running.shop.charge("coachella.com", 742).await.unwrap(), 742);
    assert_eq!(running.shop.bodies(), 1);
}
