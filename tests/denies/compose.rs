//! Several authorities and what they leave open: who abstains, who is never asked, what is not known.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use failclosed::{
    Authority, Cause, Decision, Guard, NoDecision, Request, Subject, all_of,
    authority::{Answer, authority_fn, first_match, spare_questions},
    decision::known,
    error::{ConfigError, SelfCheckError, StartError},
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask, deny, error, panics},
    decisions,
};

fn abstain() -> Answer<'static> {
    NoDecision::abstained("not about purchases").into()
}

#[tokio::test]
async fn who_abstains_alone_denies() {
    let proof = Rig::with(Says(abstain)).denies(Cause::Denied).await;
    assert_eq!(proof.denial.reason(), "nobody who was asked decides this");
    assert_eq!(proof.denial.detail(), Some("not about purchases"));
    let proof = Rig::with(all_of(Says(abstain), Says(abstain))).denies(Cause::Denied).await;
    assert_eq!(proof.denial.detail(), Some("not about purchases; not about purchases"));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Allow,
    Abstain,
    Ask,
    Deny,
    Error,
    Panic,
}

const ALL: [Does; 6] =
    [Does::Allow, Does::Abstain, Does::Ask, Does::Deny, Does::Error, Does::Panic];

impl Authority for Does {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        match self {
            Self::Allow => allow(),
            Self::Abstain => abstain(),
            Self::Ask => ask(),
            Self::Deny => deny(),
            Self::Error => error(),
            Self::Panic => panics(),
        }
    }
}

/// Every set of four, whole and nested: an allow if and only if somebody allows and the rest abstain.
#[tokio::test]
async fn every_set_allows_only_if_one_allows_and_no_other_does_more_than_abstain() {
    let mut allowed = 0;
    for number in 0..ALL.len().pow(4) {
        let [a, b, c, d] = [1, 6, 36, 216].map(|place| ALL[number / place % ALL.len()]);
        let members = [a, b, c, d];
        let any = |what: Does| members.contains(&what);
        let expected = if any(Does::Deny) {
            Some(Cause::Denied)
        } else if any(Does::Error) || any(Does::Panic) {
            Some(Cause::Unavailable)
        } else if any(Does::Ask) {
            Some(Cause::NeedsApproval)
        } else if any(Does::Allow) {
            None
        } else {
            Some(Cause::Denied)
        };
        for nested in [false, true] {
            let set: Box<dyn Authority> = if nested {
                Box::new(all_of(all_of(a, b), all_of(c, d)))
            } else {
                Box::new(all_of(a, b).and(c).and(d))
            };
            let running = Rig::with(set).build();
            let charged = running.shop.charge("coachella.com", 1).await;
            let cause = charged.as_ref().err().map(failclosed::Denial::cause);
            assert_eq!(cause, expected, "{members:?}, nested: {nested}");
            assert_eq!(running.shop.bodies(), usize::from(expected.is_none()), "{members:?}");
            if let Err(denial) = &charged {
                running.denied(denial, denial.cause());
            }
            allowed += running.shop.bodies();
        }
    }
    // All but the one of only abstentions, of the 2^4 sets of allows and abstentions.
    assert_eq!(allowed, 2 * 15);
}

/// Only the authority that an action was given to is asked.
#[tokio::test]
async fn an_action_is_decided_by_its_own_authority_alone_and_one_without_denies() {
    let set = |purchase, other| first_match(["purchase"], purchase).unwrap().on(["read"], other);
    Rig::with(set(Does::Allow, Does::Deny).unwrap()).build().healthy().await;
    for (does, cause) in [
        (Does::Deny, Cause::Denied),
        (Does::Abstain, Cause::Denied),
        (Does::Ask, Cause::NeedsApproval),
        (Does::Error, Cause::Unavailable),
        (Does::Panic, Cause::Unavailable),
    ] {
        Rig::with(set(does, Does::Allow).unwrap()).denies(cause).await;
    }
    let none = first_match(["read"], Does::Allow).unwrap();
    let proof = Rig::with(none).denies(Cause::Denied).await;
    assert_eq!(proof.denial.reason(), "no authority is for this action");
}

#[test]
fn an_action_of_two_or_no_authorities_is_refused() {
    let refused = |made: Result<_, ConfigError>, said: &str| {
        let made: Result<failclosed::authority::FirstMatch, _> = made;
        let error = made.unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("\nhelp: "), "{error}");
    };
    let read = || first_match(["read"], Does::Allow).unwrap();
    refused(read().on(["write", "read"], Does::Deny), "`read` is given twice");
    refused(first_match(["read", "read"], Does::Deny), "`read` is given twice");
    refused(read().on([], Does::Deny), "given no action");
    refused(first_match([" read"], Does::Deny), "` read` names nothing");
    refused(first_match([""], Does::Deny), "names nothing");
}

/// Each member is the only one that can refuse its actions, so a lax one is found wherever it is.
#[tokio::test]
async fn a_set_with_one_lax_or_silent_member_does_not_start() {
    let start = async |first: Does, second: Does, third: Does| {
        let set = first_match(["read"], first).unwrap().on(["write"], second).unwrap();
        let set = set.on(["purchase"], third).unwrap();
        Guard::builder(Subject::agent("shopper").unwrap(), set, failclosed::audit::MemoryLog::new())
            .start()
            .await
    };
    start(Does::Deny, Does::Ask, Does::Abstain).await.unwrap();
    // Nor does one that abstains hide one that failed before it, or comes after.
    start(Does::Deny, Does::Error, Does::Abstain).await.unwrap_err();
    start(Does::Abstain, Does::Error, Does::Deny).await.unwrap_err();
    start(Does::Deny, Does::Ask, Does::Deny).await.unwrap();
    for place in 0..3 {
        for (bad, lax) in [(Does::Allow, true), (Does::Error, false), (Does::Panic, false)] {
            let mut members = [Does::Deny; 3];
            members[place] = bad;
            let [first, second, third] = members;
            let error = start(first, second, third).await.unwrap_err();
            let StartError::SelfCheck(error) = error else { panic!("{error}") };
            assert_eq!(matches!(error, SelfCheckError::CanaryAllowed), lax, "{members:?}");
        }
    }
}

/// Another party's yes counts for a question, and for nothing else.
#[tokio::test]
async fn only_a_question_is_spared_and_everything_else_denies() {
    for policy in ALL {
        for by in ALL {
            let expected = match (policy, by) {
                (Does::Allow, _) | (Does::Ask, Does::Allow) => None,
                (Does::Ask, Does::Deny) | (Does::Deny | Does::Abstain, _) => Some(Cause::Denied),
                (Does::Ask, _) => Some(Cause::NeedsApproval),
                (Does::Error | Does::Panic, _) => Some(Cause::Unavailable),
            };
            let rig = Rig::with(spare_questions(by, policy));
            match expected {
                Some(cause) => drop(rig.denies(cause).await),
                None => rig.build().healthy().await,
            }
        }
    }
}

/// A question that only the authority's own people may answer stays one; a spared one is on record.
#[tokio::test]
async fn a_question_of_the_authoritys_own_is_not_spared_and_denies() {
    let own = Says(|| {
        let Decision::Ask(ask) = Decision::ask("CR-1?") else { unreachable!() };
        Decision::from(ask.settled_by_authority()).into()
    });
    Rig::with(spare_questions(Does::Allow, own)).denies(Cause::NeedsApproval).await;
    let by = Says(|| Decision::allow().rule("small-sums").into());
    let policy = Says(|| Decision::ask("really?").rule("ask-first").into());
    let running = Rig::with(spare_questions(by, policy)).build();
    running.healthy().await;
    let decision = decisions(&running.log).pop().unwrap();
    let rule = decision.rule.as_deref();
    assert_eq!(rule, Some("small-sums; spared the question of ask-first"));
}

/// A party that would spare everything is found at start, also behind a policy that refuses.
#[tokio::test]
async fn a_lax_party_that_spares_questions_does_not_start() {
    let start = async |by: Does, policy: Does| {
        let set = spare_questions(by, policy);
        Guard::builder(Subject::agent("shopper").unwrap(), set, failclosed::audit::MemoryLog::new())
            .start()
            .await
    };
    for policy in [Does::Deny, Does::Ask, Does::Abstain] {
        start(Does::Allow, policy).await.unwrap_err();
        start(Does::Abstain, policy).await.unwrap();
    }
    start(Does::Deny, Does::Allow).await.unwrap_err();
}

/// An error of a user's own, around another one.
#[derive(Debug)]
struct Around<E>(E);

impl<E: fmt::Debug> fmt::Display for Around<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the limits could not be had")
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Around<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// `?` on whatever could not be read, as it is and inside another error.
#[tokio::test]
async fn what_cannot_be_read_is_malformed_and_denies() {
    macro_rules! read {
        ($($error:expr),* $(,)?) => {$(
            let plain = authority_fn(async |_| Err($error)?);
            Rig::with(plain).denies(Cause::Malformed).await;
            let inside = authority_fn(async |_| Err(Around($error))?);
            Rig::with(inside).denies(Cause::Malformed).await;
        )*};
    }
    read!(
        "x".parse::<u64>().unwrap_err(),
        "x".parse::<f64>().unwrap_err(),
        "x".parse::<bool>().unwrap_err(),
        "xy".parse::<char>().unwrap_err(),
        "x".parse::<std::net::SocketAddr>().unwrap_err(),
        u8::try_from(256_u64).unwrap_err(),
        String::from_utf8(vec![255]).unwrap_err(),
        serde_json::from_str::<u64>("{").unwrap_err(),
        serde_json::from_value::<u64>("x".into()).unwrap_err(),
    );
}

/// What was not there to be asked still reads so; and an error that borrows takes `?` too.
#[tokio::test]
async fn what_cannot_be_reached_is_unavailable_and_denies() {
    fn refused() -> std::io::Error {
        std::io::ErrorKind::ConnectionRefused.into()
    }
    Rig::with(authority_fn(async |_| Err(refused())?)).denies(Cause::Unavailable).await;
    let inside = authority_fn(async |_| Err(Around(refused()))?);
    Rig::with(inside).denies(Cause::Unavailable).await;
    let lock = Arc::new(Mutex::new(()));
    let poison = Arc::clone(&lock);
    std::thread::spawn(move || {
        let _held = poison.lock();
        panic!("poisons the lock");
    })
    .join()
    .unwrap_err();
    let poisoned = failclosed::authority::answer_fn(move |_| {
        let decide = || {
            let _held = lock.lock()?;
            Ok(Decision::allow())
        };
        Answer::ready(decide())
    });
    Rig::with(poisoned).denies(Cause::Unavailable).await;
}

#[tokio::test]
async fn what_is_not_known_is_named_and_denies() {
    fn limits(agent: &str) -> Option<u64> {
        (agent == "else").then_some(500)
    }
    let authority = authority_fn(async |request| {
        let limit = known(limits(request.subject().agent_id()), "the agent's limit")?;
        Ok(if limit > 0 { Decision::allow() } else { Decision::deny("no limit") })
    });
    let proof = Rig::with(authority).denies(Cause::Malformed).await;
    assert_eq!(proof.denial.detail(), Some("the agent's limit is not known"));
    assert_eq!(known(Some(1), "it").unwrap(), 1);
}
