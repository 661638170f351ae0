//! An authority of one's own.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use failclosed::{
    Cause, Decision, NoDecision, Subject, all_of,
    authority::{Answer, always_ask, answer_fn, first_match, spare_questions},
    authority_fn,
    decision::known,
    error::{SelfCheckError, StartError},
};

use super::{Till, builder, purchase};

/// A server that is down.
async fn limit_of(_agent: &str) -> Result<u64, std::io::Error> {
    Err(std::io::ErrorKind::ConnectionRefused.into())
}

// stopped by: nothing
/// An error arm that allows: "the shop must go on when the limits are down". It starts, because it says
/// no to what nobody may do. `cargo failclosed check` finds it (FC0201).
#[tokio::test]
async fn an_error_arm_allows() {
    let authority = authority_fn(async |request| {
        if request.action() != "purchase" {
            return Ok(Decision::deny("unknown"));
        }
        match limit_of(request.subject().agent_id()).await {
            Ok(limit) if request.argument::<u64>("cents")? <= limit => Ok(Decision::allow()),
            Ok(_) => Ok(Decision::deny("over the limit")),
            // failclosed: allow(FC0201, reason = "the mistake that is shown here")
            Err(_) => Ok(Decision::allow()),
        }
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    guard.scope(purchase(&till, 74_200)).await.unwrap();
    assert_eq!(till.charged(), 74_200);
}

// stopped by: a denial
/// The shortest way, `?`, in its place.
#[tokio::test]
async fn a_question_mark_denies() {
    let authority = authority_fn(async |request| {
        if request.is_self_check() {
            return Ok(Decision::deny("nobody may"));
        }
        let limit = limit_of(request.subject().agent_id()).await?;
        match request.argument::<u64>("cents")? <= limit {
            true => Ok(Decision::allow()),
            false => Ok(Decision::deny("over the limit")),
        }
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    let denial = guard.scope(purchase(&till, 74_200)).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::Unavailable, 0));
}

// stopped by: a denial
/// Whoever has no limit on file: `unwrap_or_default()` is longer than what denies.
#[tokio::test]
async fn somebody_who_is_not_on_file() {
    let limits: HashMap<String, u64> = HashMap::new();
    let authority = answer_fn(move |request: &failclosed::Request<'_>| {
        let decide = || -> Result<Decision, NoDecision> {
            if request.is_self_check() {
                return Ok(Decision::deny("nobody may"));
            }
            let limit = known(limits.get(request.subject().agent_id()), "a limit for the agent")?;
            match request.argument::<u64>("cents")? <= *limit {
                true => Ok(Decision::allow()),
                false => Ok(Decision::deny("over the limit")),
            }
        };
        Answer::ready(decide())
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    let denial = guard.scope(purchase(&till, 1)).await.unwrap_err();
    assert_eq!(till.charged(), 0);
    assert!(denial.detail().unwrap().contains("a limit for the agent"), "{denial:?}");
}

// stopped by: nothing
/// A cache of yeses inside the authority, by the action's name: the first purchase allows all others.
#[tokio::test]
async fn a_cache_by_the_actions_name() {
    let cache: Mutex<HashMap<String, ()>> = Mutex::default();
    let authority = answer_fn(move |request: &failclosed::Request<'_>| {
        let mut cache = cache.lock().unwrap();
        if cache.contains_key(request.action()) {
            return Decision::allow().into();
        }
        match request.argument::<u64>("cents") {
            Ok(..=500) => {
                cache.insert(request.action().to_owned(), ());
                Decision::allow().into()
            }
            Ok(_) | Err(_) => Decision::deny("over the limit").into(),
        }
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    guard.scope(purchase(&till, 1)).await.unwrap();
    guard.scope(purchase(&till, 74_200)).await.unwrap();
    assert_eq!(till.charged(), 74_201);
}

// stopped by: nothing
/// A prefix in the place of a parser: `git status; rm -rf /` begins like a harmless command.
/// `cargo failclosed check` finds it (FC0216).
#[tokio::test]
async fn a_prefix_of_a_command() {
    #[failclosed::requires_permission(action = "run", skip(ran))]
    async fn run(ran: &Mutex<Vec<String>>, command: &str) -> Result<(), failclosed::Denial> {
        ran.lock().unwrap().push(command.to_owned());
        Ok(())
    }
    let authority = authority_fn(async |request| {
        if request.is_self_check() {
            return Ok(Decision::deny("nobody may"));
        }
        // failclosed: allow(FC0216, reason = "the mistake that is shown here")
        match request.argument::<String>("command")?.starts_with("git status") {
            true => Ok(Decision::allow()),
            false => Ok(Decision::deny("not on the list")),
        }
    });
    let ran = Mutex::new(Vec::new());
    let guard = builder(authority).start().await.unwrap();
    guard.scope(run(&ran, "git status; rm -rf /")).await.unwrap();
    assert_eq!(*ran.lock().unwrap(), ["git status; rm -rf /"]);
}

// stopped by: a denial
/// A limit on an amount that is no number any more.
#[tokio::test]
async fn a_limit_on_what_is_not_a_number() {
    #[failclosed::requires_permission(action = "transfer", skip(till))]
    async fn transfer(till: &Till, euros: f64) -> Result<(), failclosed::Denial> {
        till.charge((euros * 100.0) as u64);
        Ok(())
    }
    let authority = authority_fn(async |request| {
        // NaN is over no limit.
        match request.is_self_check() || request.argument::<f64>("euros")? > 500.0 {
            true => Ok(Decision::deny("over the limit")),
            false => Ok(Decision::allow()),
        }
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    for euros in [f64::NAN, f64::INFINITY] {
        let denial = guard.scope(transfer(&till, euros)).await.unwrap_err();
        assert_eq!((denial.cause(), till.charged()), (Cause::Malformed, 0));
    }
}

// stopped by: a refused start
/// Two authorities for one action, each of which thinks that the other looks.
#[tokio::test]
async fn two_authorities_for_one_action() {
    let no = || answer_fn(|_| Decision::deny("no").into());
    let overlapping = first_match(["purchase"], no()).unwrap().on(["purchase"], no());
    assert!(overlapping.unwrap_err().to_string().contains("purchase"));
}

// stopped by: a denial
/// "Either may say yes": there is no combinator for it, and the one that spares a person the question
/// lifts no denial.
#[tokio::test]
async fn another_partys_yes_over_a_no() {
    let yes = || {
        answer_fn(|request: &failclosed::Request<'_>| match request.is_self_check() {
            true => Decision::deny("nobody may").into(),
            false => Decision::allow().into(),
        })
    };
    let no = || answer_fn(|_| Decision::deny("over the limit").into());
    let till = Till::default();
    for guard in [
        builder(spare_questions(yes(), no())).start().await.unwrap(),
        builder(all_of(no(), yes())).start().await.unwrap(),
    ] {
        let denial = guard.scope(purchase(&till, 1)).await.unwrap_err();
        assert_eq!((denial.cause(), till.charged()), (Cause::Denied, 0));
    }
}

// stopped by: a denial
/// An authority that makes a guarded call to do its part.
#[tokio::test]
async fn an_authority_that_needs_permission_itself() {
    let till = Till::default();
    let inner = till.clone();
    let authority = answer_fn(move |request: &failclosed::Request<'_>| {
        if request.is_self_check() {
            return Decision::deny("nobody may").into();
        }
        let inner = inner.clone();
        Answer::pending(async move {
            purchase(&inner, 1).await?;
            Ok(Decision::allow())
        })
    });
    let guard = builder(authority).start().await.unwrap();
    let denial = guard.scope(purchase(&till, 2)).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::Unavailable, 0));
}

// stopped by: a denial
/// A server that takes longer than anybody waits for, and then says yes.
#[tokio::test(start_paused = true)]
async fn a_yes_that_comes_too_late() {
    let authority = authority_fn(async |request| {
        if request.is_self_check() {
            return Ok(Decision::deny("nobody may"));
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(Decision::allow())
    });
    let till = Till::default();
    let guard = builder(authority).start().await.unwrap();
    let denial = guard.scope(purchase(&till, 1)).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::TimedOut, 0));
}

// stopped by: a refused start
/// "Allow all, until the policies are ready."
#[tokio::test]
async fn a_gate_that_always_says_yes() {
    let open = builder(answer_fn(|_| Decision::allow().into())).start().await.unwrap_err();
    assert!(matches!(open, StartError::SelfCheck(SelfCheckError::CanaryAllowed)), "{open}");
}

// stopped by: a denial
/// A guard that asks a person, and was given none.
#[tokio::test]
async fn a_question_that_nobody_is_there_for() {
    let till = Till::default();
    let guard = builder(always_ask("may it?")).start().await.unwrap();
    let denial = guard.scope(purchase(&till, 1)).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::NeedsApproval, 0));
    assert_eq!(Subject::agent("").unwrap_err().to_string(), "the agent id is blank");
}
