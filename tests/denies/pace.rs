//! How often one person is asked: a limit of open questions, a pause after a no; and what is on record of
//! their yes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause, Decision, Request, Subject,
    approval::{
        Approver, DEFAULT_OPEN_QUESTIONS, DEFAULT_PAUSE, Pace, cancelled, declined, taken_back,
    },
    authority::Answer,
    decision::{Ask, Deny},
    requires_permission,
};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{Says, allow, ask, hangs},
    decisions,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Says the same each time, and counts.
#[derive(Clone)]
struct Person(fn() -> Answer<'static>, Arc<AtomicUsize>);

impl Person {
    fn who(says: fn() -> Answer<'static>) -> Self {
        Self(says, Arc::default())
    }

    fn times(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }

    fn asked_by(&self, more: impl FnOnce(Rig) -> Rig) -> Running {
        more(Rig::with(Says(ask)).approver(self.clone(), PATIENCE)).build()
    }
}

impl Approver for Person {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        self.1.fetch_add(1, Ordering::SeqCst);
        failclosed_tests::authorities::person((self.0)(), request, ask)
    }
}

#[requires_permission(action = "refund", guard = shop.guard(), skip(shop))]
async fn refund(shop: &Shop, cents: u64) -> Result<u64, failclosed::Denial> {
    shop.ran();
    Ok(cents)
}

fn last_cause(running: &Running) -> Option<Cause> {
    decisions(&running.log).last().unwrap().cause
}

/// A no, also one that puts the question away: the action is not asked about again for a while, whatever
/// its arguments are. Another action is, and so is another agent's call.
#[tokio::test]
async fn after_a_no_the_action_is_not_asked_about_again() {
    for no in [(|| declined(None).into()) as fn() -> Answer<'static>, || cancelled().into()] {
        let person = Person::who(no);
        let running = person.asked_by(|rig| rig);
        let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
        assert_eq!((denial.cause(), person.times()), (Cause::Denied, 1));
        for cents in [742, 741, 740] {
            let denial = running.shop.charge("coachella.com", cents).await.unwrap_err();
            assert_eq!((denial.cause(), person.times()), (Cause::NeedsApproval, 1), "{cents}");
            assert_eq!(
                denial.to_string(),
                "Blocked: a person must approve this. (a person has just said no to this action, and \
                 is not asked about it again within 10s)"
            );
            assert_eq!(denial.ask().map(Ask::question), Some("really buy it?"));
            assert_eq!(last_cause(&running), Some(Cause::NeedsApproval));
        }
        assert_eq!(decisions(&running.log).len(), 4);
        let other = running.shop.guard().for_subject(Subject::agent("other").unwrap());
        let denial = Shop::new(other).charge("coachella.com", 742).await.unwrap_err();
        assert_eq!((denial.cause(), person.times()), (Cause::Denied, 2));
        let denial = refund(&running.shop, 1).await.unwrap_err();
        assert_eq!((denial.cause(), person.times()), (Cause::Denied, 3));
        assert_eq!(running.shop.bodies(), 0);
    }
    assert_eq!(DEFAULT_PAUSE, Duration::from_secs(10));
}

/// The pause ends by itself, and lies on those who come through another guard of the same origin.
#[tokio::test]
async fn a_pause_ends_and_is_shared() {
    let person = Person::who(|| declined(None).into());
    let pause = Duration::from_millis(300);
    let running = person.asked_by(|rig| rig.more(|guard| guard.pace(Pace::new().pause(pause))));
    let _no = running.shop.charge("coachella.com", 742).await.unwrap_err();
    let elsewhere = Shop::new(running.shop.guard().asking(Says(allow), PATIENCE).unwrap());
    let denial = elsewhere.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), elsewhere.bodies()), (Cause::NeedsApproval, 0));
    tokio::time::sleep(pause + Duration::from_millis(20)).await;
    assert_eq!(elsewhere.charge("coachella.com", 742).await.unwrap(), 742);
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), person.times()), (Cause::Denied, 2));
}

/// A turn that was called off is over by itself. The person who begins another one at once wants its calls.
#[tokio::test]
async fn a_turn_that_was_called_off_leaves_no_pause() {
    struct CalledOff(Arc<AtomicUsize>);
    impl Approver for CalledOff {
        fn approve<'a>(&'a self, _: &'a Request<'a>, _: &'a Ask) -> Answer<'a> {
            self.0.fetch_add(1, Ordering::SeqCst);
            cancelled().into()
        }
        fn withdrawn(&self) -> Option<Deny> {
            Some(taken_back())
        }
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let running = Rig::with(Says(ask)).approver(CalledOff(asked.clone()), PATIENCE).build();
    for times in 1..=2 {
        let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
        assert_eq!((denial.cause(), asked.load(Ordering::SeqCst)), (Cause::Denied, times));
        assert_eq!((running.shop.bodies(), last_cause(&running)), (0, Some(Cause::Denied)));
    }
    let person = Person::who(ask);
    let next = Shop::new(running.shop.guard().asking(person.clone(), PATIENCE).unwrap());
    let denial = next.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), person.times()), (Cause::NeedsApproval, 1));
}

/// Two thousand at once: eight are put, the rest is told so at once. A pause is no part of it, and
/// whoever gives up makes place.
#[tokio::test]
async fn a_person_has_few_questions_open_at_once() {
    let person = Person::who(hangs);
    let running = person.asked_by(|rig| rig);
    let call = |cents| {
        let shop = running.shop.clone();
        tokio::spawn(async move { shop.charge("coachella.com", cents).await })
    };
    let calls: Vec<_> = (0..2_000).map(call).collect();
    let waiting = || calls.iter().filter(|call| !call.is_finished()).count();
    for _ in 0..1_000 {
        if waiting() <= DEFAULT_OPEN_QUESTIONS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (waiting, denied): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|call| !call.is_finished());
    assert_eq!((waiting.len(), person.times()), (DEFAULT_OPEN_QUESTIONS, DEFAULT_OPEN_QUESTIONS));
    for call in denied {
        let denial = call.await.unwrap().unwrap_err();
        assert_eq!(denial.cause(), Cause::NeedsApproval);
        let said = denial.to_string();
        assert!(said.contains("8 questions to this person are open already"), "{said}");
    }
    assert_eq!(decisions(&running.log).len(), 2_000 - DEFAULT_OPEN_QUESTIONS);
    // Another agent of the same user has the same person; another user has another.
    let of = |agent: &str, user: &str| {
        let subject = Subject::agent(agent).unwrap().on_behalf_of(user).unwrap();
        Shop::new(running.shop.guard().for_subject(subject))
    };
    let denial = of("other", "alice").charge("coachella.com", 1).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::NeedsApproval);
    let bob = of("shopper", "bob");
    let asked =
        tokio::time::timeout(Duration::from_millis(20), bob.charge("coachella.com", 1)).await;
    assert!(asked.is_err(), "bob is asked, and thinks");
    for call in waiting {
        call.abort();
        let _gone = call.await;
    }
    let again =
        tokio::time::timeout(Duration::from_millis(20), running.shop.charge("coachella.com", 742));
    assert!(again.await.is_err(), "there is place again");
    assert_eq!((person.times(), running.shop.bodies()), (DEFAULT_OPEN_QUESTIONS + 2, 0));
}

#[test]
fn a_pace_out_of_bounds_is_no_guard() {
    let subject = || Subject::agent("shopper").unwrap();
    for pace in [
        Pace::new().open_questions(0),
        Pace::new().open_questions(65),
        Pace::new().pause(Duration::ZERO),
        Pace::new().pause(Duration::from_secs(3_601)),
    ] {
        let built = failclosed::danger::unchecked(
            failclosed::Guard::builder(subject(), Says(ask), failclosed::audit::MemoryLog::new())
                .pace(pace),
            "a test",
        );
        let error = built.unwrap_err().to_string();
        assert!(error.starts_with("the pace of questions is out of bounds"), "{error}");
    }
}

/// A yes of a person and one of the policy are told apart on record, and a no is neither.
#[tokio::test]
async fn an_allow_that_rests_on_a_person_says_so_on_record() {
    struct Named;
    impl Approver for Named {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            ask.approved_by(request, "bob\n@corp").into()
        }
        fn name(&self) -> std::borrow::Cow<'static, str> {
            "pager".into()
        }
    }
    let question: String =
        Ask::new("really buy it?").digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let recorded = |running: &Running| decisions(&running.log).pop().unwrap();

    let policy = Rig::with(Says(allow)).build();
    policy.shop.charge("coachella.com", 742).await.unwrap();
    assert_eq!(recorded(&policy).approval, None);

    let person = Rig::with(Says(ask)).approver(Named, PATIENCE).build();
    person.shop.charge("coachella.com", 742).await.unwrap();
    let approval = recorded(&person).approval.unwrap();
    assert_eq!((&approval.question, &*approval.through), (&question, "pager"));
    assert_eq!(approval.by.as_deref(), Some("bob @corp"));

    // Who is not known is not made up; what they were asked through is the name of its type.
    let unnamed = Person::who(allow).asked_by(|rig| rig);
    unnamed.shop.charge("coachella.com", 742).await.unwrap();
    let approval = recorded(&unnamed).approval.unwrap();
    assert!(approval.through.contains("Person") && approval.by.is_none(), "{approval:?}");

    // The authority's own yes after the person's rests on both.
    let rounds = AtomicUsize::new(0);
    let then = Says(move || match rounds.fetch_add(1, Ordering::SeqCst) {
        0 => ask(),
        _ => Decision::allow().rule("small").into(),
    });
    let both = Rig::with(then).approver(Named, PATIENCE).build();
    both.shop.charge("coachella.com", 742).await.unwrap();
    let entry = recorded(&both);
    assert_eq!(entry.rule.as_deref(), Some("small"));
    assert_eq!(entry.approval.unwrap().question, question);

    let no = Person::who(|| declined(None).into()).asked_by(|rig| rig);
    let _no = no.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!(recorded(&no).approval, None);
}

/// Who brings the answer to a question that was put before asks nobody now: no pause stands in its way.
#[tokio::test]
async fn an_answer_that_is_brought_is_taken_in_a_pause() {
    struct Brings;
    impl Approver for Brings {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            ask.approved(request).into()
        }
        fn brings_an_answer(&self) -> bool {
            true
        }
    }
    let person = Person::who(|| declined(None).into());
    let running = person.asked_by(|rig| rig);
    let _no = running.shop.charge("coachella.com", 742).await.unwrap_err();
    let brought = Shop::new(running.shop.guard().asking(Brings, PATIENCE).unwrap());
    assert_eq!(brought.charge("coachella.com", 742).await.unwrap(), 742);
    // Whoever has to ask is kept back as before.
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), person.times()), (Cause::NeedsApproval, 1));
}
