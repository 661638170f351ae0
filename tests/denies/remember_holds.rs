//! A remembered yes is looked at once more when the body is about to begin, and is never made longer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Subject,
    approval::{Approver, Scope, remember},
    audit::MemoryLog,
    authority::{Answer, answer_fn},
    danger,
    decision::Ask,
    request::Request,
    requires_permission,
};
use failclosed_tests::{
    Shop,
    authorities::{Says, ask},
    decisions,
};

const PATIENCE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Says yes, and counts how often.
#[derive(Clone, Default)]
struct Person(Arc<AtomicUsize>);

impl Person {
    fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Approver for Person {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        self.0.fetch_add(1, Ordering::SeqCst);
        ask.approved_by(request, "alice").into()
    }
}

#[requires_permission(action = "purchase", resource = vendor, guard = shop.guard(), skip(shop))]
async fn buy(shop: &Shop, vendor: &str) -> Result<(), Denial> {
    let _: &str = vendor;
    shop.ran();
    Ok(())
}

fn shop(
    authority: impl Authority + 'static,
    approver: impl Approver + 'static,
    log: &MemoryLog,
) -> Shop {
    let subject = Subject::agent("shopper").unwrap();
    let builder = Guard::builder(subject, authority, log.clone()).approver(approver, PATIENCE);
    Shop::new(danger::unchecked(builder, "a test").unwrap())
}

/// No body beyond those that ran, and the denial on record behind all else.
fn no_longer(outcome: Result<(), Denial>, shop: &Shop, bodies: usize, log: &MemoryLog) {
    let denial = outcome.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::NeedsApproval, bodies), "{denial:?}");
    let last = decisions(log).pop().unwrap();
    assert_eq!((last.verdict, last.cause), ("deny", Some(Cause::NeedsApproval)));
    assert_eq!(last.call, denial.call_id().to_string());
}

/// An authority that asks, and takes its time over the second question about the second call.
fn slow_the_fourth_time(by: Duration) -> impl Authority {
    let asked = AtomicUsize::new(0);
    answer_fn(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        3 if request.action() == "purchase" => Answer::pending(async move {
            tokio::time::sleep(by).await;
            ask().await
        }),
        _ => ask(),
    })
}

#[tokio::test]
async fn one_that_ends_while_others_are_asked_is_none() {
    let (log, person) = (MemoryLog::new(), Person::default());
    let scope = Scope::same_question(Duration::from_millis(250));
    let approver = remember(person.clone(), scope).unwrap();
    let shop = shop(slow_the_fourth_time(Duration::from_millis(300)), approver, &log);
    buy(&shop, "deli").await.unwrap();
    no_longer(buy(&shop, "deli").await, &shop, 1, &log);
    // The person had not been asked again, and is now.
    assert_eq!(person.times(), 1);
    buy(&shop, "deli").await.unwrap();
    assert_eq!((person.times(), shop.bodies()), (2, 2));
}

#[tokio::test]
async fn one_that_is_forgotten_while_others_are_asked_is_none() {
    let (log, person) = (MemoryLog::new(), Person::default());
    let approver = remember(person.clone(), Scope::same_question(HOUR).entries(1)).unwrap();
    let shop = shop(slow_the_fourth_time(Duration::from_millis(100)), approver, &log);
    buy(&shop, "deli").await.unwrap();
    let (second, other) = tokio::join!(buy(&shop, "deli"), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        buy(&shop, "bakery").await
    });
    other.unwrap();
    no_longer(second, &shop, 2, &log);
    assert_eq!(person.times(), 2);
}

/// What the authority says of its question when it is asked again counts too.
#[tokio::test]
async fn one_does_not_answer_what_must_be_asked_each_time_after_all() {
    let (log, person) = (MemoryLog::new(), Person::default());
    let asked = AtomicUsize::new(0);
    let authority = answer_fn(move |_| {
        let question = Ask::new("really?");
        match asked.fetch_add(1, Ordering::SeqCst) {
            3 => Decision::Ask(question.every_time()).into(),
            _ => Decision::Ask(question).into(),
        }
    });
    let approver = remember(person.clone(), Scope::same_question(HOUR)).unwrap();
    let shop = shop(authority, approver, &log);
    buy(&shop, "deli").await.unwrap();
    no_longer(buy(&shop, "deli").await, &shop, 1, &log);
    assert_eq!(person.times(), 1);
}

/// What one memory had was said before: another one around it does not make it longer, nor does its
/// record name a call to which nobody said yes.
#[tokio::test]
async fn one_within_another_is_not_made_longer() {
    let (log, person) = (MemoryLog::new(), Person::default());
    let inner = Arc::new(
        remember(person.clone(), Scope::same_question(Duration::from_millis(300))).unwrap(),
    );
    // What the outer one adds to the question is asked by the other guard as it is.
    let told = "really buy it? (a yes holds for 3600s, for this very call)";
    let alone = shop(answer_fn(move |_| Decision::ask(told).into()), Arc::clone(&inner), &log);
    buy(&alone, "deli").await.unwrap();
    let given = decisions(&log).pop().unwrap().call;
    let outer = remember(inner, Scope::same_question(HOUR)).unwrap();
    let both = shop(Says(ask), outer, &log);
    buy(&both, "deli").await.unwrap();
    assert_eq!(person.times(), 1);
    let of = |log| decisions(log).pop().unwrap().approval.unwrap().remembered;
    assert_eq!(of(&log).unwrap().call, given);
    tokio::time::sleep(Duration::from_millis(320)).await;
    buy(&both, "deli").await.unwrap();
    assert_eq!((person.times(), both.bodies()), (2, 2));
    assert_eq!(of(&log), None);
}
