//! The human: only a yes to this question, in time, and then only if the authority still agrees.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, NoDecision, Request, all_of,
    approval::{Approver, taken_back},
    audit::Recording,
    authority::Answer,
    decision::{Ask, Deny},
};
use failclosed_tests::{
    Rig,
    authorities::{
        Says, allow, allow_after, allow_after_blocking, ask, deny, error, hangs, panics,
    },
    decisions, outcomes,
    sinks::Sink,
};

const PATIENCE: Duration = Duration::from_secs(60);

type Gives = fn() -> Answer<'static>;

/// Answers one thing first and another afterwards.
struct Then<F>(AtomicUsize, F);

impl<F: Fn(usize) -> Answer<'static> + Send + Sync> Authority for Then<F> {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        (self.1)(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

fn then(answer: impl Fn(usize) -> Answer<'static> + Send + Sync) -> impl Authority {
    Then(AtomicUsize::new(0), answer)
}

fn approved(authority: impl Authority + 'static) -> Rig {
    Rig::with(authority).approver(Says(allow), PATIENCE)
}

fn asked_by(approver: Gives) -> Rig {
    Rig::with(Says(ask)).approver(Says(approver), PATIENCE)
}

/// Nobody to ask is a no, and carries the question.
#[tokio::test]
async fn no_approver_denies() {
    let proof = Rig::with(Says(ask)).denies(Cause::NeedsApproval).await;
    assert_eq!(proof.denial.ask().map(Ask::question), Some("really buy it?"));
    assert_eq!(proof.denial.to_string(), "Blocked: a person must approve this. (really buy it?)");
}

#[tokio::test]
async fn approver_that_denies_denies() {
    let proof = asked_by(deny).denies(Cause::Denied).await;
    assert_eq!(proof.asked, 1, "a person's no is final");
}

#[tokio::test]
async fn approver_that_errs_denies() {
    asked_by(error).denies(Cause::Unavailable).await;
}

/// Whoever reads it must not look for the fault at the authority.
#[tokio::test]
async fn the_denial_says_that_it_was_the_approver() {
    let rows: [(Gives, Cause, &str); 4] = [
        (|| NoDecision::unavailable("x").into(), Cause::Unavailable, "could not be reached"),
        (|| NoDecision::malformed("x").into(), Cause::Malformed, "gave no valid answer"),
        (|| NoDecision::timed_out("x").into(), Cause::TimedOut, "did not answer in time"),
        (|| NoDecision::not_configured("x").into(), Cause::NotConfigured, "is configured"),
    ];
    for (approver, cause, what) in rows {
        let who = if cause == Cause::NotConfigured { "no approver" } else { "the approver" };
        let text = format!("Permission check unavailable. Action blocked. ({who} {what})");
        let proof = asked_by(approver).denies(cause).await;
        assert_eq!(proof.denial.to_string(), text);
        // And the authority where it was the authority.
        let proof = Rig::with(Says(approver)).denies(cause).await;
        assert_eq!(proof.denial.to_string(), text.replace("approver", "permission authority"));
    }
}

#[tokio::test]
async fn approver_that_panics_denies() {
    asked_by(panics).denies(Cause::Unavailable).await;
    asked_by(|| Answer::pending(async { panic!("boom") })).denies(Cause::Unavailable).await;
}

/// A yes is on record with the rule whose question it answers, or with the approver's own.
#[tokio::test]
async fn an_approval_names_the_rule_that_asked() {
    let asks = || Decision::ask("really buy it?").rule("large").into();
    let rows: [(Gives, &str); 2] =
        [(allow, "large"), (|| Decision::allow().rule("four-eyes").into(), "four-eyes")];
    for (approver, rule) in rows {
        let running = Rig::with(Says(asks)).approver(Says(approver), PATIENCE).build();
        running.shop.charge("coachella.com", 742).await.unwrap();
        let recorded = decisions(&running.log);
        assert_eq!((recorded.len(), recorded[0].rule.as_deref()), (1, Some(rule)));
    }
}

/// Whether anybody said yes is on record: of two calls with one outcome, one may have been a person's.
#[tokio::test]
async fn a_yes_of_a_persons_is_told_from_a_policys() {
    type Answers = fn() -> Answer<'static>;
    let both = || then(|nth| if nth == 0 { ask() } else { allow() });
    let guards = [
        (approved(Says(allow as Answers)), Some(false)),
        (approved(Says(ask as Answers)), Some(true)),
        (approved(both()), Some(true)),
        (approved(all_of(Says(ask), Says(allow))), Some(true)),
        (asked_by(deny), None),
    ];
    for (rig, by_person) in guards {
        let running = rig.build();
        let result = running.shop.charge("coachella.com", 742).await;
        assert_eq!(result.is_ok(), by_person.is_some());
        assert_eq!(running.shop.bodies(), usize::from(by_person.is_some()));
        let recorded = decisions(&running.log);
        assert_eq!((recorded.len(), recorded[0].approval.is_some()), (1, by_person == Some(true)));
    }
}

/// An approver that asks on had nobody to ask.
#[tokio::test]
async fn approver_that_asks_on_denies() {
    asked_by(ask).denies(Cause::NeedsApproval).await;
}

/// A hanging person is no person's no.
#[tokio::test(start_paused = true)]
async fn approver_that_hangs_denies() {
    let proof = asked_by(hangs).denies(Cause::TimedOut).await;
    assert!(proof.denial.to_string().contains("60s"), "{}", proof.denial);
}

/// Its deadline is its own: longer than the authority's, and not endless.
#[tokio::test(start_paused = true)]
async fn approver_after_its_deadline_denies() {
    let late = || allow_after(PATIENCE + Duration::from_millis(1));
    asked_by(late).denies(Cause::TimedOut).await;
    // Ten seconds are over the authority's five, and within the person's sixty.
    let running = asked_by(|| allow_after(Duration::from_secs(10))).build();
    assert!(running.shop.charge("coachella.com", 742).await.is_ok());
}

/// A2: an approver that blocks its thread.
#[tokio::test]
async fn approver_that_blocks_past_its_deadline_denies() {
    Rig::with(Says(ask))
        .approver(
            Says(|| allow_after_blocking(Duration::from_millis(200))),
            Duration::from_millis(150),
        )
        .denies(Cause::TimedOut)
        .await;
}

/// The world changed while the person was thinking (bouncer v0.1.1: the budget was overspent by
/// then, and nobody looked again).
#[tokio::test]
async fn authority_that_denies_after_the_approval_denies() {
    let proof =
        approved(then(|round| if round == 0 { ask() } else { deny() })).denies(Cause::Denied).await;
    assert_eq!(proof.asked, 2);
}

#[tokio::test]
async fn authority_that_fails_after_the_approval_denies() {
    let second: [(fn() -> Answer<'static>, Cause); 2] =
        [(error, Cause::Unavailable), (panics, Cause::Unavailable)];
    for (second, cause) in second {
        let authority = then(move |round| if round == 0 { ask() } else { second() });
        approved(authority).denies(cause).await;
    }
}

#[tokio::test(start_paused = true)]
async fn authority_that_hangs_after_the_approval_denies() {
    approved(then(|round| if round == 0 { ask() } else { hangs() })).denies(Cause::TimedOut).await;
}

/// The person said yes to another question.
#[tokio::test]
async fn a_second_question_that_differs_denies() {
    let questions: [fn() -> Decision; 4] = [
        || Decision::ask("and also for double the price?"),
        || Decision::ask("really buy it?").rule("another-rule"),
        || Decision::ask("really buy it?").decision_id("another-decision"),
        || Decision::ask(""),
    ];
    for second in questions {
        let authority = then(move |round| if round == 0 { ask() } else { second().into() });
        let proof = approved(authority).denies(Cause::NeedsApproval).await;
        assert_eq!(proof.asked, 2);
    }
}

/// B4: an approval is for one call. The next one asks the person again.
#[tokio::test]
async fn an_approval_is_not_reused() {
    struct Counts(Arc<AtomicUsize>);
    impl Approver for Counts {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            let said_yes = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            if said_yes { ask.approved(request).into() } else { deny() }
        }
    }
    let persons = Arc::new(AtomicUsize::new(0));
    let running = Rig::with(Says(ask)).approver(Counts(Arc::clone(&persons)), PATIENCE).build();
    assert_eq!(running.shop.charge("coachella.com", 742).await.unwrap(), 742);
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::Denied);
    assert_eq!((running.shop.bodies(), persons.load(Ordering::SeqCst)), (1, 2));
}

/// A yes that is taken back while the decision is being written down: the body is all that is left by
/// then, and it does not run.
#[tokio::test]
async fn a_yes_that_is_taken_back_before_the_body_denies() {
    #[derive(Clone, Default)]
    struct Fickle(Arc<AtomicUsize>);
    impl Approver for Fickle {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            ask.approved(request).into()
        }
        fn withdrawn(&self) -> Option<Deny> {
            (self.0.load(Ordering::SeqCst) > 0).then(taken_back)
        }
    }
    let person = Fickle::default();
    let cancelled = Arc::clone(&person.0);
    let slow = Sink(move || {
        let cancelled = Arc::clone(&cancelled);
        Recording::pending(async move {
            tokio::task::yield_now().await;
            cancelled.store(1, Ordering::SeqCst);
            Ok(())
        })
    });
    let running = Rig::with(Says(ask)).approver(person, PATIENCE).sink(slow).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Denied, 0));
    assert_eq!(denial.to_string(), "Blocked: a person cancelled the request");
    // On record is that it was allowed, and then that it was not.
    let verdicts: Vec<_> = decisions(&running.log).iter().map(|entry| entry.verdict).collect();
    assert_eq!(verdicts, ["allow", "deny"]);
    assert!(outcomes(&running.log).is_empty());
    running.repair();
    running.healthy().await;
}

/// Whoever panics when asked whether the yes still stands has not said that it does.
#[tokio::test]
async fn an_approver_that_panics_at_the_end_denies() {
    struct Panics;
    impl Approver for Panics {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            ask.approved(request).into()
        }
        fn withdrawn(&self) -> Option<Deny> {
            panic!("boom")
        }
    }
    let running = Rig::with(Says(ask)).approver(Panics, PATIENCE).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Unavailable, 0));
    running.repair();
    running.healthy().await;
}

/// The person is shown the request as it is, and the question.
#[tokio::test]
async fn the_person_sees_what_the_authority_saw() {
    struct Looks;
    impl Approver for Looks {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            let arguments = serde_json::to_string(&request.arguments()).unwrap();
            if arguments == r#"{"vendor":"coachella.com","amount":742}"#
                && ask.question() == "really buy it?"
                && request.subject().user_id() == Some("alice")
            {
                return ask.approved(request).into();
            }
            NoDecision::malformed(arguments).into()
        }
    }
    let running = Rig::with(Says(ask)).approver(Looks, PATIENCE).build();
    assert_eq!(running.shop.charge("coachella.com", 742).await.unwrap(), 742);
    let denial = running.shop.charge("coachella.com", 999).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::Malformed);
    assert_eq!(running.shop.bodies(), 1);
}

/// In a set of authorities the same words from another member are another question.
#[tokio::test]
async fn the_same_words_from_another_member_denies() {
    let first = then(|round| match round {
        0 => Decision::ask("approve?").into(),
        _ => Decision::allow().into(),
    });
    let second = then(|round| match round {
        0 => Decision::allow().into(),
        _ => Decision::ask("approve?").into(),
    });
    approved(all_of(first, second)).denies(Cause::NeedsApproval).await;
}

/// Where the approval is kept at the authority, somebody else's yes is none: the authority is asked
/// again, and it still waits for its own people.
#[tokio::test]
async fn an_approvers_yes_does_not_stand_for_the_authoritys_own() {
    let question = || Ask::new("approve it in the dashboard").with_approval_id("apr_1");
    let at_authority = move || Decision::from(question().settled_by_authority());
    let proof = approved(then(move |_| at_authority().into())).denies(Cause::NeedsApproval).await;
    assert_eq!(proof.denial.ask().and_then(Ask::approval_id), Some("apr_1"));
    assert_eq!(proof.asked, 2);
    // Also as one vote of several.
    let votes = all_of(then(move |_| at_authority().into()), Says(ask));
    approved(votes).denies(Cause::NeedsApproval).await;
}

/// A yes says which question about which call it answers. One that names none, that was given to the call
/// before, or to another question, is no answer.
#[tokio::test]
async fn a_yes_to_something_else_denies() {
    /// Answers each call with what the call before it got: a dialog that is one answer behind.
    #[derive(Clone, Default)]
    struct Behind(Arc<Mutex<Option<Decision>>>);
    impl Approver for Behind {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            match self.0.lock().unwrap().replace(ask.approved(request)) {
                Some(before) => before.into(),
                None => NoDecision::unavailable("not yet").into(),
            }
        }
    }
    /// Says yes to a question of its own.
    struct Reworded;
    impl Approver for Reworded {
        fn approve<'a>(&'a self, request: &'a Request<'a>, _: &'a Ask) -> Answer<'a> {
            Ask::new("really?").approved(request).into()
        }
    }
    /// Says yes as an authority does.
    struct Bare;
    impl Approver for Bare {
        fn approve<'a>(&'a self, _: &'a Request<'a>, _: &'a Ask) -> Answer<'a> {
            Decision::allow().into()
        }
    }
    let behind = Rig::with(Says(ask)).approver(Behind::default(), PATIENCE).build();
    drop(behind.shop.charge("coachella.com", 742).await.unwrap_err());
    let rigs = [
        (behind, "the approver's yes is to another question"),
        (
            Rig::with(Says(ask)).approver(Reworded, PATIENCE).build(),
            "the approver's yes is to another question",
        ),
        (Rig::with(Says(ask)).approver(Bare, PATIENCE).build(), "the approver's yes names no call"),
    ];
    for (running, why) in rigs {
        let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
        assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Malformed, 0));
        assert!(denial.detail().unwrap().starts_with(why), "{denial:?}");
        let last = decisions(&running.log).pop().unwrap();
        assert_eq!((last.verdict, last.cause), ("deny", Some(Cause::Malformed)));
    }
}
