//! What an attribute's expressions compute is what was approved: they are evaluated again where the
//! arguments are compared. Approved 1 000 and charged 100 000 ends in a denial.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use failclosed::{
    Action, Cause, Decision, Denial, Guard, HasGuard, Permit, Subject, audit::MemoryLog,
    authority::Answer, authority_fn, guarded, requires_permission,
};
use failclosed_tests::{
    authorities::{Says, ask},
    sinks::{self, Sink},
};
use tokio::time::sleep;

const PATIENCE: Duration = Duration::from_secs(5);

/// A basket that others share.
#[derive(Clone, Default)]
struct Cart(Arc<Mutex<Vec<u64>>>);

impl Cart {
    fn total(&self) -> u64 {
        self.0.lock().unwrap().iter().sum()
    }

    fn add(&self, cents: u64) {
        self.0.lock().unwrap().push(cents);
    }
}

fn text(cart: &Cart) -> String {
    cart.total().to_string()
}

#[requires_permission(action = "pay", args(total = cart.total()), skip(cart))]
async fn shown(cart: Cart) -> Result<u64, Denial> {
    Ok(cart.total())
}

#[requires_permission(action = "pay", resource = ("Total", text(&cart)), skip(cart))]
async fn named(cart: Cart) -> Result<u64, Denial> {
    Ok(cart.total())
}

#[requires_permission(action = "pay", args(total = cart.total()), skip(cart))]
fn boxed(cart: Cart) -> Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send>> {
    Box::pin(async move { Ok(cart.total()) })
}

#[derive(Action)]
#[action(name = "pay")]
struct Pay {
    total: u64,
}

#[requires_permission(action = Pay { total: cart.total() }, skip(cart))]
async fn computed_action(cart: Cart) -> Result<u64, Denial> {
    Ok(cart.total())
}

/// Here the body is lent what was approved.
#[requires_permission(action = Pay { total: cart.total() }, skip(cart))]
async fn lent_action(#[permit] permit: Permit<'_, Pay>, cart: Cart) -> Result<u64, Denial> {
    Ok(permit.total)
}

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    cart: Cart,
}

impl Shop {
    #[requires_permission(action = "pay", args(total = self.cart.total()))]
    async fn checkout(&self) -> Result<u64, Denial> {
        Ok(self.cart.total())
    }
}

#[guarded]
trait Bank {
    #[requires_permission(action = "pay", args(total = cart.total()), skip(cart))]
    async fn pay(&self, cart: Cart) -> Result<u64, Denial>;
}

struct Vault;

#[guarded]
impl Bank for Vault {
    async fn pay(&self, cart: Cart) -> Result<u64, Denial> {
        Ok(cart.total())
    }
}

/// Every form of executor, each by its name.
async fn call(form: &str, guard: &Guard, cart: Cart) -> Result<u64, Denial> {
    match form {
        "args" => guard.scope(shown(cart)).await,
        "resource" => guard.scope(named(cart)).await,
        "boxed" => guard.scope(boxed(cart)).await,
        "action" => guard.scope(computed_action(cart)).await,
        "lent" => guard.scope(lent_action(cart)).await,
        "method" => Shop { guard: guard.clone(), cart }.checkout().await,
        "trait" => guard.wrap(Vault).pay(cart).await,
        _ => panic!("no such form: {form}"),
    }
}

const FORMS: [&str; 6] = ["args", "resource", "boxed", "action", "method", "trait"];

/// The three waits: an authority's, a person's, and a log's.
fn guards(log: &MemoryLog) -> [(&'static str, Guard); 3] {
    let subject = || Subject::agent("shopper").unwrap();
    let slow = || {
        Answer::pending(async {
            sleep(Duration::from_millis(20)).await;
            Ok(Decision::allow())
        })
    };
    let at_once = authority_fn(async |_| Ok(Decision::allow()));
    let recorded = Sink(|| sinks::slower_than(Duration::from_millis(20)));
    [
        (
            "authority",
            failclosed::danger::unchecked(
                Guard::builder(subject(), Says(slow), log.clone()),
                "a test",
            )
            .unwrap(),
        ),
        (
            "person",
            failclosed::danger::unchecked(
                Guard::builder(subject(), Says(ask), log.clone()).approver(Says(slow), PATIENCE),
                "a test",
            )
            .unwrap(),
        ),
        (
            "log",
            failclosed::danger::unchecked(
                Guard::builder(subject(), at_once, log.clone()).audit(recorded),
                "a test",
            )
            .unwrap(),
        ),
    ]
}

async fn paid(guard: &Guard, form: &str, adds: u64) -> Result<u64, Denial> {
    let cart = Cart::default();
    cart.add(1_000);
    let other = cart.clone();
    let add = async {
        sleep(Duration::from_millis(5)).await;
        other.add(adds);
    };
    tokio::join!(call(form, guard, cart), add).0
}

fn last(log: &MemoryLog) -> serde_json::Value {
    let entries = log.entries();
    let mut decisions = entries.iter().map(|entry| serde_json::to_value(entry).unwrap());
    decisions.rfind(|entry| entry["record"] == "decision").unwrap()
}

#[tokio::test]
async fn what_was_computed_and_is_another_value_by_now_denies() {
    let log = MemoryLog::new();
    for (wait, guard) in guards(&log) {
        for form in FORMS {
            let paid = paid(&guard, form, 99_000).await;
            let denial =
                paid.expect_err(&format!("{form}, {wait}: the body charged another total"));
            assert_eq!(denial.cause(), Cause::Malformed, "{form}, {wait}");
            assert!(denial.reason().contains("changed"), "{form}, {wait}: {denial}");
            let last = last(&log);
            assert_eq!(last["cause"], "malformed", "{form}, {wait}: {last}");
            // On record is what was asked about.
            let asked = match form {
                "resource" => &last["resource"][1],
                _ => &last["arguments"]["total"],
            };
            assert!(asked == 1_000 || asked == "1000", "{form}, {wait}: {last}");
        }
    }
}

#[tokio::test]
async fn what_was_computed_and_is_still_the_same_is_allowed() {
    for (wait, guard) in guards(&MemoryLog::new()) {
        for form in FORMS {
            assert_eq!(paid(&guard, form, 0).await.unwrap(), 1_000, "{form}, {wait}");
        }
    }
}

/// What a permit lends is what was approved, whatever became of the basket.
#[tokio::test]
async fn a_lent_action_has_the_total_that_was_approved() {
    for (wait, guard) in guards(&MemoryLog::new()) {
        assert_eq!(paid(&guard, "lent", 99_000).await.unwrap(), 1_000, "{wait}");
    }
}

/// The denial names the argument.
#[tokio::test]
async fn the_argument_that_changed_is_named() {
    for (_, guard) in guards(&MemoryLog::new()) {
        let denial = paid(&guard, "args", 99_000).await.unwrap_err();
        assert_eq!(denial.detail(), Some("argument `total` is another one"));
    }
}
