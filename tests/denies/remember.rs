//! Yeses that hold for a while: for what they were given, no longer, and never one that did not count.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Subject,
    approval::{
        Approver, LONGEST_MEMORY, MOST_REMEMBERED, Remember, Scope, declined, remember, taken_back,
    },
    audit::{DecisionEntry, MemoryLog},
    authority::{Answer, all_of, answer_fn},
    danger,
    decision::{Ask, Deny},
    guard::GuardBuilder,
    request::Request,
    requires_permission,
};
use failclosed_tests::{
    Shop,
    authorities::{Says, ask},
    decisions, sinks,
};

const PATIENCE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Says yes, unless told otherwise, and keeps what it was asked.
#[derive(Clone, Default)]
struct Person {
    asked: Arc<Mutex<Vec<String>>>,
    says_no: Arc<AtomicBool>,
    takes_back: Arc<AtomicBool>,
}

impl Person {
    fn times(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Approver for Person {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        self.asked.lock().unwrap().push(ask.question().to_owned());
        if self.says_no.load(Ordering::SeqCst) {
            return declined(None).into();
        }
        ask.approved_by(request, "alice").into()
    }

    fn withdrawn(&self) -> Option<Deny> {
        self.takes_back.load(Ordering::SeqCst).then(taken_back)
    }
}

#[requires_permission(action = "purchase", resource = vendor, guard = till.shop.guard(), skip(till))]
async fn buy(till: &Till, vendor: &str, cents: u64, note: Option<&str>) -> Result<(), Denial> {
    let _: (&str, u64, Option<&str>) = (vendor, cents, note);
    till.shop.ran();
    Ok(())
}

#[requires_permission(action = "refund", resource = vendor, guard = till.shop.guard(), skip(till))]
async fn refund(till: &Till, vendor: &str, cents: u64) -> Result<(), Denial> {
    let _: (&str, u64) = (vendor, cents);
    till.shop.ran();
    Ok(())
}

#[requires_permission(action = "pay", guard = till.shop.guard(), mask(card), skip(till))]
async fn pay(till: &Till, card: &str) -> Result<(), Denial> {
    let _: &str = card;
    till.shop.ran();
    Ok(())
}

struct Till {
    shop: Shop,
    log: MemoryLog,
    person: Person,
}

impl Till {
    fn new(scope: Scope) -> Self {
        Self::of(Says(ask), scope, |builder| builder)
    }

    fn of(
        authority: impl Authority + 'static,
        scope: Scope,
        more: impl FnOnce(GuardBuilder) -> GuardBuilder,
    ) -> Self {
        let (log, person) = (MemoryLog::new(), Person::default());
        let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
        let approver: Remember<Person> = remember(person.clone(), scope).unwrap();
        let builder = Guard::builder(subject, authority, log.clone()).approver(approver, PATIENCE);
        let guard = danger::unchecked(more(builder), "a test").unwrap();
        Self { shop: Shop::new(guard), log, person }
    }

    fn under(&self, guard: Guard) -> Self {
        let (log, person) = (self.log.clone(), self.person.clone());
        Self { shop: Shop::new(guard), log, person }
    }

    fn last(&self) -> DecisionEntry {
        decisions(&self.log).pop().unwrap()
    }

    /// The body runs, and the person was asked so often in all.
    async fn asked_at(&self, times: usize, call: impl Future<Output = Result<(), Denial>>) {
        let before = self.shop.bodies();
        call.await.unwrap();
        assert_eq!((self.shop.bodies(), self.person.times()), (before + 1, times));
        let approval = self.last().approval.expect("it rests on a person's yes");
        assert_eq!(approval.by.as_deref(), Some("alice"));
    }

    /// No body, on record, and the person was asked so often in all.
    async fn denied_at(
        &self,
        times: usize,
        cause: Cause,
        call: impl Future<Output = Result<(), Denial>>,
    ) {
        let before = self.shop.bodies();
        let denial = call.await.unwrap_err();
        assert_eq!(denial.cause(), cause, "{denial:?}");
        assert_eq!((self.shop.bodies(), self.person.times()), (before, times));
        let last = self.last();
        assert_eq!((last.verdict, last.cause), ("deny", Some(cause)));
        assert_eq!(last.call, denial.call_id().to_string());
    }
}

/// It is on record whose yes it was, to what, and when; the person was told what they say yes to.
#[tokio::test]
async fn the_same_question_is_put_once() {
    let till = Till::new(Scope::same_question(HOUR));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    let first = till.last();
    assert_eq!(first.approval.as_ref().unwrap().remembered, None);
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    let approval = till.last().approval.unwrap();
    let remembered = approval.remembered.unwrap();
    assert_eq!((&remembered.call, Some(&remembered.digest)), (&first.call, first.digest.as_ref()));
    assert_eq!(approval.question, first.approval.unwrap().question);
    assert!(remembered.at_ms >= first.at_ms && remembered.at_ms < first.at_ms + 10_000);
    assert_eq!(
        till.person.asked.lock().unwrap()[0],
        "really buy it? (a yes holds for 3600s, for this very call)"
    );
}

/// Everything that is not the same is put to the person.
#[tokio::test]
async fn another_question_is_put() {
    for scope in [Scope::same_question(HOUR), Scope::by(["vendor", "cents", "note"], HOUR)] {
        let till = Till::new(scope);
        till.asked_at(1, buy(&till, "deli", 742, None)).await;
        till.asked_at(2, buy(&till, "deli", 743, None)).await;
        till.asked_at(3, buy(&till, "casino", 742, None)).await;
        till.asked_at(4, buy(&till, "deli", 742, Some("x"))).await;
        let others = [
            till.shop.guard().for_subject(Subject::agent("shopper").unwrap()),
            till.shop
                .guard()
                .for_subject(Subject::agent("shopper").unwrap().on_behalf_of("bob").unwrap()),
            till.shop
                .guard()
                .for_subject(Subject::agent("other").unwrap().on_behalf_of("alice").unwrap()),
            till.shop.guard().delegate(Subject::agent("shopper").unwrap()),
            till.shop.guard().with_context("session", "s-2").unwrap(),
        ];
        for (n, other) in others.into_iter().enumerate() {
            let other = till.under(other);
            other.asked_at(5 + n, buy(&other, "deli", 742, None)).await;
        }
        till.asked_at(9, buy(&till, "deli", 742, None)).await;
    }
    // Another action with the same arguments.
    let till = Till::new(Scope::by(["vendor", "cents"], HOUR));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    till.asked_at(2, refund(&till, "deli", 742)).await;
    // Another approver has a memory of its own.
    let approver = remember(till.person.clone(), Scope::same_question(HOUR)).unwrap();
    let other = till.under(till.shop.guard().asking(approver, PATIENCE).unwrap());
    other.asked_at(3, refund(&other, "deli", 742)).await;
}

#[tokio::test]
async fn named_arguments_are_what_counts_and_must_be_there() {
    let till = Till::new(Scope::by(["vendor", "cents"], HOUR));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    till.asked_at(1, buy(&till, "deli", 742, Some("other"))).await;
    till.asked_at(2, buy(&till, "deli", 1, None)).await;
    assert_eq!(
        till.person.asked.lock().unwrap()[0],
        "really buy it? (a yes holds for 3600s, for every call of this action with the same `vendor`, \
         `cents`, whatever its other arguments are)"
    );
    let misspelled = Till::new(Scope::by(["vendor", "cent"], HOUR));
    for times in 1..4 {
        misspelled.asked_at(times, buy(&misspelled, "deli", 742, None)).await;
    }
    // Nor is anybody told that it holds.
    assert_eq!(misspelled.person.asked.lock().unwrap()[0], "really buy it?");
}

#[tokio::test]
async fn masked_arguments_count_with_their_values() {
    for scope in [Scope::same_question(HOUR), Scope::by(["card"], HOUR)] {
        let till = Till::new(scope);
        till.asked_at(1, pay(&till, "4242424242424242")).await;
        till.asked_at(1, pay(&till, "4242424242424242")).await;
        till.asked_at(2, pay(&till, "4000000000000002")).await;
    }
}

#[tokio::test]
async fn a_yes_ends() {
    let till = Till::new(Scope::same_question(Duration::from_millis(150)));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    tokio::time::sleep(Duration::from_millis(170)).await;
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
}

#[tokio::test]
async fn memory_is_bounded_and_the_oldest_is_forgotten() {
    let till = Till::new(Scope::same_question(HOUR).entries(2));
    for (times, cents) in [(1, 1), (2, 2), (3, 3), (3, 3), (3, 2)] {
        till.asked_at(times, buy(&till, "deli", cents, None)).await;
    }
    till.asked_at(4, buy(&till, "deli", 1, None)).await;
}

#[test]
fn bounds_are_held() {
    for scope in [
        Scope::same_question(Duration::ZERO),
        Scope::same_question(LONGEST_MEMORY + Duration::from_nanos(1)),
        Scope::by([], HOUR),
        Scope::by(["a", "b", "a"], HOUR),
        Scope::same_question(HOUR).entries(0),
        Scope::same_question(HOUR).entries(MOST_REMEMBERED + 1),
    ] {
        let refused = remember(Person::default(), scope.clone()).err();
        assert!(
            refused.unwrap().to_string().starts_with("a yes cannot be remembered so"),
            "{scope:?}"
        );
    }
    assert!(remember(Person::default(), Scope::same_question(LONGEST_MEMORY)).is_ok());
}

/// A no is never kept, and neither is a yes that was being given meanwhile, or before it.
#[tokio::test]
async fn a_no_is_never_a_yes() {
    let till = Till::new(Scope::same_question(HOUR));
    till.person.says_no.store(true, Ordering::SeqCst);
    till.denied_at(1, Cause::Denied, buy(&till, "deli", 742, None)).await;
    // Within the pause nobody is asked, and nobody has said yes.
    till.denied_at(1, Cause::NeedsApproval, buy(&till, "deli", 742, None)).await;
    let till = Till::new(Scope::same_question(HOUR));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    till.person.says_no.store(true, Ordering::SeqCst);
    till.denied_at(2, Cause::Denied, buy(&till, "deli", 743, None)).await;
    till.denied_at(2, Cause::NeedsApproval, buy(&till, "deli", 742, None)).await;
}

/// Those that did not count when it came to it: taken back, not recorded, denied after all.
#[tokio::test]
async fn a_yes_without_a_body_is_not_kept() {
    let till = Till::new(Scope::same_question(HOUR));
    till.person.takes_back.store(true, Ordering::SeqCst);
    till.denied_at(1, Cause::Denied, buy(&till, "deli", 742, None)).await;
    till.person.takes_back.store(false, Ordering::SeqCst);
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
    // What was kept is taken back with everything else.
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
    till.person.takes_back.store(true, Ordering::SeqCst);
    till.denied_at(2, Cause::Denied, buy(&till, "deli", 742, None)).await;
    till.person.takes_back.store(false, Ordering::SeqCst);
    till.asked_at(3, buy(&till, "deli", 742, None)).await;

    let full = Arc::new(AtomicBool::new(true));
    let is_full = Arc::clone(&full);
    let disk = sinks::Sink(move || match is_full.load(Ordering::SeqCst) {
        true => sinks::refuses(),
        false => sinks::taken(),
    });
    let till = Till::of(Says(ask), Scope::same_question(HOUR), |builder| builder.audit(disk));
    till.denied_at(1, Cause::Unrecorded, buy(&till, "deli", 742, None)).await;
    full.store(false, Ordering::SeqCst);
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
}

/// After a yes that is remembered the authority is asked again, as after any other.
#[tokio::test]
async fn a_denial_still_denies() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let authority = answer_fn(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0..=2 => ask(),
        _ => Decision::deny("closed meanwhile").into(),
    });
    let till = Till::of(authority, Scope::same_question(HOUR), |builder| builder);
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    till.denied_at(1, Cause::Denied, buy(&till, "deli", 742, None)).await;
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

/// Other policies, another rule, other words: and what was forgotten does not come back with them.
#[tokio::test]
async fn other_policies_ask_anew() {
    let version = Arc::new(AtomicUsize::new(1));
    let read = Arc::clone(&version);
    let authority = answer_fn(move |_| {
        let version = read.load(Ordering::SeqCst).to_string();
        Decision::ask("really?").rule("large").version(version).into()
    });
    let till = Till::of(authority, Scope::by(["vendor"], HOUR), |builder| builder);
    for (times, policies) in [(1, 1), (1, 1), (2, 2), (2, 2), (3, 1)] {
        version.store(policies, Ordering::SeqCst);
        till.asked_at(times, buy(&till, "deli", 742, None)).await;
    }
}

#[tokio::test]
async fn what_must_be_asked_each_time_is() {
    let each = || answer_fn(|_| Decision::Ask(Ask::new("really?").every_time()).into());
    let till = Till::of(each(), Scope::same_question(HOUR), |builder| builder);
    for times in 1..4 {
        till.asked_at(times, buy(&till, "deli", 742, None)).await;
    }
    let beside = Till::of(all_of(Says(ask), each()), Scope::same_question(HOUR), |b| b);
    for times in 1..4 {
        beside.asked_at(times, buy(&beside, "deli", 742, None)).await;
    }
    assert_eq!(beside.person.asked.lock().unwrap()[0], "really buy it?; really?");
}

/// A yes that names another call, or none, is neither taken nor kept.
#[tokio::test]
async fn a_yes_to_another_call_is_not_kept() {
    struct Mixed(AtomicUsize);
    impl Approver for Mixed {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Decision::allow().into(),
                1 => Ask::new("really buy it?").approved(request).into(),
                _ => ask.approved_by(request, "alice").into(),
            }
        }
    }
    let till = Till::new(Scope::same_question(HOUR));
    let approver = remember(Mixed(AtomicUsize::new(0)), Scope::same_question(HOUR)).unwrap();
    let mixed = till.under(till.shop.guard().asking(approver, PATIENCE).unwrap());
    mixed.denied_at(0, Cause::Malformed, buy(&mixed, "deli", 742, None)).await;
    mixed.denied_at(0, Cause::Malformed, buy(&mixed, "deli", 742, None)).await;
    mixed.asked_at(0, buy(&mixed, "deli", 742, None)).await;
    assert!(mixed.last().approval.unwrap().remembered.is_none());
    mixed.asked_at(0, buy(&mixed, "deli", 742, None)).await;
    assert!(mixed.last().approval.unwrap().remembered.is_some());
}

/// A no that came while the person was still thinking about something else.
#[tokio::test]
async fn a_no_meanwhile_keeps_a_yes_from_being_kept() {
    #[derive(Clone)]
    struct Slow(Person, Arc<tokio::sync::Notify>);
    impl Approver for Slow {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            if request.action() == "refund" {
                self.1.notify_one();
                return declined(None).into();
            }
            Answer::pending(async move {
                // Until the no has been said; the next time nobody says one.
                tokio::time::timeout(Duration::from_millis(200), self.1.notified()).await.ok();
                self.0.approve(request, ask).await
            })
        }
    }
    let till = Till::new(Scope::same_question(HOUR));
    let slow = Slow(till.person.clone(), Arc::default());
    let approver = remember(slow, Scope::same_question(HOUR)).unwrap();
    let till = till.under(till.shop.guard().asking(approver, PATIENCE).unwrap());
    let (bought, refunded) = tokio::join!(buy(&till, "deli", 742, None), async {
        tokio::task::yield_now().await;
        refund(&till, "deli", 742).await
    });
    bought.unwrap();
    assert_eq!(refunded.unwrap_err().cause(), Cause::Denied);
    assert_eq!((till.person.times(), till.shop.bodies()), (1, 1));
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
    till.asked_at(2, buy(&till, "deli", 742, None)).await;
}

/// Also where the yes under the other policies did not count.
#[tokio::test]
async fn policies_that_come_back_do_not_bring_a_yes_back() {
    let (version, full) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicBool::new(false)));
    let (read, is_full) = (Arc::clone(&version), Arc::clone(&full));
    let authority = answer_fn(move |_| {
        Decision::ask("really?").version(read.load(Ordering::SeqCst).to_string()).into()
    });
    let disk = sinks::Sink(move || match is_full.load(Ordering::SeqCst) {
        true => sinks::refuses(),
        false => sinks::taken(),
    });
    let scope = Scope::by(["vendor"], HOUR);
    let till = Till::of(authority, scope, |builder| builder.audit(disk));
    till.asked_at(1, buy(&till, "deli", 742, None)).await;
    version.store(2, Ordering::SeqCst);
    full.store(true, Ordering::SeqCst);
    till.denied_at(2, Cause::Unrecorded, buy(&till, "deli", 742, None)).await;
    version.store(1, Ordering::SeqCst);
    full.store(false, Ordering::SeqCst);
    till.asked_at(3, buy(&till, "deli", 742, None)).await;
}
