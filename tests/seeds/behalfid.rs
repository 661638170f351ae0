//! The claims of the first essay.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Locked, NoDecision, Permit, Request, authority::Answer,
    requires_permission,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, allow_after, deny, hangs, panics},
    decisions,
};

/// > When an agent doesn't have permission, two things can happen: it stops, or it doesn't. One of
/// > those is safe.
#[tokio::test]
async fn an_agent_without_permission_stops() {
    #[requires_permission(action = "plan", guard = shop.guard(), skip(shop))]
    async fn agent(shop: &Shop) -> Result<(), Denial> {
        for amount in [1, 2, 3] {
            shop.charge("coachella.com", amount).await?;
        }
        Ok(())
    }
    struct PlansOnly;
    impl Authority for PlansOnly {
        fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
            if request.action() == "plan" { allow() } else { deny() }
        }
    }
    let proof = Rig::with(PlansOnly).denies_call(Cause::Denied, agent).await;
    assert_eq!(proof.asked, 2, "the plan and the first purchase: it stopped there");
}

/// > When a permission check fails or is unavailable, your integration has to decide what to do.
///
/// It has not: there is no place to write the second option in.
#[tokio::test(start_paused = true)]
async fn a_check_that_fails_or_is_unavailable_stops_the_agent() {
    let failing: [fn() -> Answer<'static>; 4] = [
        || NoDecision::unavailable("unavailable").into(),
        || NoDecision::malformed("failed").into(),
        panics,
        hangs,
    ];
    let causes = [Cause::Unavailable, Cause::Malformed, Cause::Unavailable, Cause::TimedOut];
    for (authority, cause) in failing.into_iter().zip(causes) {
        Rig::with(Says(authority)).denies(cause).await;
    }
}

/// > Fail closed means the agent throws on denial and the code path that would execute the action
/// > never runs. The action does not happen. The user is notified. The decision is logged.
#[tokio::test]
async fn the_action_does_not_happen_the_user_is_notified_and_the_decision_is_logged() {
    let user = Arc::new(Mutex::new(Vec::new()));
    let notices = Arc::clone(&user);
    let notify = move |_: &Request<'_>, denial: &Denial| {
        notices.lock().unwrap().push(denial.to_string());
    };
    let proof =
        Rig::with(Says(deny)).more(|builder| builder.observer(notify)).denies(Cause::Denied).await;
    assert_eq!(*user.lock().unwrap(), ["Blocked: over the limit"]);
    let logged = &proof.decisions[0];
    assert_eq!(logged.action, "purchase");
    assert_eq!(logged.arguments, serde_json::json!({"vendor": "coachella.com", "amount": 742}));
    assert_eq!(logged.reason.as_deref(), Some("over the limit"));
}

/// > The executor [..] is only reachable after an explicit allowed: true response. There is no
/// > fallback path that skips the check.
///
/// Of everything an authority can say or do, `Allow` alone reaches the body.
#[tokio::test(start_paused = true)]
async fn the_executor_is_only_reachable_after_an_explicit_allow() {
    let anything: [(fn() -> Answer<'static>, bool); 9] = [
        (allow, true),
        (|| allow_after(Duration::from_secs(1)), true),
        (deny, false),
        (|| Decision::ask("sure?").into(), false),
        (|| NoDecision::unavailable("").into(), false),
        (|| NoDecision::timed_out("").into(), false),
        (|| NoDecision::not_configured("").into(), false),
        (panics, false),
        (hangs, false),
    ];
    for (says, reached) in anything {
        let running = Rig::with(Says(says)).build();
        let result = running.shop.charge("coachella.com", 742).await;
        assert_eq!((result.is_ok(), running.shop.bodies()), (reached, usize::from(reached)));
    }
}

/// > An agent operating at scale will encounter network errors, timeouts, cold-start delays, and
/// > transient 5xx responses. If each of those gaps becomes a silent permission grant, the
/// > permission system is effectively optional.
#[tokio::test(start_paused = true)]
async fn availability_gaps_do_not_become_permission_grants() {
    let network = || NoDecision::from(io::Error::from(io::ErrorKind::ConnectionRefused)).into();
    Rig::with(Says(network)).denies(Cause::Unavailable).await;
    Rig::with(Says(hangs)).denies(Cause::TimedOut).await;
    let cold_start = || allow_after(Duration::from_secs(30));
    Rig::with(Says(cold_start)).denies(Cause::TimedOut).await;
    let transient = || NoDecision::unavailable("503 Service Unavailable").into();
    Rig::with(Says(transient)).denies(Cause::Unavailable).await;
}

/// Says what it is told, in order, and no to everything after that.
struct Script(Vec<fn() -> Answer<'static>>, AtomicUsize);

impl Script {
    fn of<const N: usize>(answers: [fn() -> Answer<'static>; N]) -> Self {
        Self(answers.to_vec(), AtomicUsize::new(0))
    }
}

impl Authority for Script {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        let index = self.1.fetch_add(1, Ordering::SeqCst);
        self.0.get(index).map_or_else(deny, |answer| answer())
    }
}

/// > The check is added to the happy path but not to the retry or fallback path.
#[tokio::test]
async fn the_retry_path_is_checked_too() {
    let unreachable: fn() -> Answer<'static> = || NoDecision::unavailable("unreachable").into();
    let retrying = async |shop: &Shop| loop {
        match shop.charge("coachella.com", 742).await {
            Err(denial) if denial.may_pass_later() => {}
            done => return done,
        }
    };
    // Twice unreachable, then a no: the no ends it.
    let running = Rig::with(Script::of([unreachable, unreachable])).build();
    assert_eq!(retrying(&running.shop).await.unwrap_err().cause(), Cause::Denied);
    assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (0, 3));
    // Twice unreachable, then a yes: one body, and each try is on record as what it was.
    let running = Rig::with(Script::of([unreachable, unreachable, allow])).build();
    assert_eq!(retrying(&running.shop).await.unwrap(), 742);
    assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (1, 3));
}

/// > The check is called but the result is not awaited before the executor runs.
#[tokio::test]
async fn a_check_that_is_not_awaited_runs_nothing() {
    let running = Rig::with(Says(deny)).build();
    let charge = running.shop.charge("coachella.com", 742);
    tokio::task::yield_now().await;
    assert_eq!(running.shop.bodies(), 0, "the executor ran before its check");
    assert_eq!(charge.await.unwrap_err().cause(), Cause::Denied);
    assert_eq!(running.shop.bodies(), 0);
}

/// > The check is bypassed for performance — cached too long, or skipped for "low-risk" actions.
#[tokio::test]
async fn nothing_is_cached_and_nothing_is_low_risk() {
    let running = Rig::with(Script::of([allow])).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    // The same call, at once; and the smallest one there is.
    for amount in [742, 0] {
        let denial = running.shop.charge("coachella.com", amount).await.unwrap_err();
        assert_eq!(denial.cause(), Cause::Denied);
    }
    assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (1, 3));
}

/// > The check exists, but the executor can also be reached through a different entry point that
/// > has no check.
///
/// The client is locked, so every way to it needs a permit. Here are two ways; that a third without
/// a permit does not compile is proven where things that do not compile are.
#[tokio::test]
async fn a_different_entry_point_is_checked_too() {
    #[derive(failclosed::Action)]
    #[action(name = "purchase")]
    struct Purchase;
    struct Stripe(AtomicUsize);
    struct Till {
        shop: Shop,
        stripe: Locked<Stripe, Purchase>,
    }
    fn charge(till: &Till, permit: &Permit<'_, Purchase>) {
        till.stripe.open(permit).0.fetch_add(1, Ordering::SeqCst);
    }
    #[requires_permission(action = Purchase, guard = till.shop.guard(), skip(till))]
    async fn from_the_web(
        till: &Till,
        #[permit] permit: Permit<'_, Purchase>,
    ) -> Result<(), Denial> {
        charge(till, &permit);
        till.shop.ran();
        Ok(())
    }
    let from_the_queue = async |till: &Till| {
        let body = async |permit: Permit<'_, Purchase>| {
            charge(till, &permit);
            till.shop.ran();
            Ok::<_, Denial>(())
        };
        till.shop.guard().run(Purchase, body).await
    };
    let till =
        |shop: &Shop| Till { shop: shop.clone(), stripe: Locked::new(Stripe(AtomicUsize::new(0))) };
    Rig::with(Says(deny))
        .denies_call(Cause::Denied, async |shop| from_the_web(&till(shop)).await)
        .await;
    Rig::with(Says(deny))
        .denies_call(Cause::Denied, async |shop| from_the_queue(&till(shop)).await)
        .await;
}

/// > throw with a specific message that signals the permission layer was unavailable, not a generic
/// > error: `Permission check unavailable. Action blocked. (..)`
#[tokio::test]
async fn an_unavailable_permission_layer_says_so() {
    let authority = || NoDecision::unavailable("dns: no such host").into();
    let proof = Rig::with(Says(authority)).denies(Cause::Unavailable).await;
    assert_eq!(
        proof.denial.to_string(),
        "Permission check unavailable. Action blocked. \
         (the permission authority could not be reached)"
    );
    // What it was is for the operator.
    assert_eq!(proof.decisions[0].detail.as_deref(), Some("dns: no such host"));
}

/// > `Blocked: ${result.reason}`
#[tokio::test]
async fn a_denial_says_blocked_and_why() {
    let proof = Rig::with(Says(deny)).denies(Cause::Denied).await;
    assert_eq!(proof.denial.to_string(), "Blocked: over the limit");
}

/// > The user sees a clear failure. The agent logs it. The action does not happen. That is the
/// > correct outcome when the permission layer is unavailable.
#[tokio::test]
async fn the_user_sees_a_clear_failure_and_the_agent_logs_it() {
    #[derive(Debug)]
    struct AgentError(String);
    impl From<Denial> for AgentError {
        fn from(denial: Denial) -> Self {
            Self(format!("I could not buy the tickets. {denial}"))
        }
    }
    let running = Rig::with(Says(panics)).build();
    let agent = async |shop: &Shop| -> Result<u64, AgentError> {
        Ok(shop.charge("coachella.com", 742).await?)
    };
    let AgentError(shown) = agent(&running.shop).await.unwrap_err();
    assert!(
        shown.starts_with(
            "I could not buy the tickets. Permission check unavailable. Action blocked. ("
        ),
        "{shown}"
    );
    assert_eq!(decisions(&running.log)[0].cause, Some(Cause::Unavailable));
    assert_eq!(running.shop.bodies(), 0);
}
