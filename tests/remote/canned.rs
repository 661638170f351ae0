//! A dialect without a network: what it asks is kept, and what it is told is canned.

use std::sync::{Arc, Mutex};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, NoDecision, Request, Subject,
    authority::Answer,
    http::{Dialect, Object},
};
use failclosed_tests::{Proof, Rig, Shop};

/// Answers every question of its dialect with the same bytes.
pub(crate) struct Canned<D> {
    dialect: D,
    reply: Vec<u8>,
    asked: Arc<Mutex<Vec<serde_json::Value>>>,
}

impl<D: Dialect> Canned<D> {
    pub(crate) fn new(dialect: D, reply: impl Into<Vec<u8>>) -> Self {
        Self { dialect, reply: reply.into(), asked: Arc::default() }
    }

    fn decide(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let question = self.dialect.question(request)?;
        self.asked.lock().unwrap().push(serde_json::from_slice(&question)?);
        self.dialect.decision(request, &Object::parse(&self.reply)?)
    }
}

impl<D: Dialect> Authority for Canned<D> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::ready(self.decide(request))
    }
}

/// The reply, and everything that must hold of a denial: no body, its cause, its record, and a
/// healthy next call.
pub(crate) async fn denies(dialect: impl Dialect + 'static, reply: &str, cause: Cause) -> Proof {
    // A failed assertion says which reply it was about.
    println!("{reply}");
    Rig::with(Canned::new(dialect, reply)).denies(cause).await
}

/// Each of these replies is no valid answer.
pub(crate) async fn malformed<D: Dialect + 'static>(dialect: impl Fn() -> D, replies: &[&str]) {
    for reply in replies {
        denies(dialect(), reply, Cause::Malformed).await;
    }
}

/// The body runs, once.
pub(crate) async fn allows(dialect: impl Dialect + 'static, reply: &str) {
    let running = Rig::with(Canned::new(dialect, reply)).build();
    let charged = running.shop.charge("coachella.com", 742).await;
    assert_eq!(charged.unwrap_or_else(|denial| panic!("{reply}: {denial:?}")), 742);
    assert_eq!(running.shop.bodies(), 1);
}

/// What a dialect asks when alice's shopper is about to charge 742 at coachella.com.
pub(crate) async fn question(dialect: impl Dialect + 'static) -> serde_json::Value {
    let agent = Subject::agent("shopper").unwrap();
    let (asked, outcome) =
        asks(dialect, agent.on_behalf_of("alice").unwrap(), async |guard: Guard| {
            Shop::new(guard).charge("coachella.com", 742).await.map(drop)
        })
        .await;
    let denial = outcome.unwrap_err();
    asked.unwrap_or_else(|| panic!("nothing was asked: {denial:?}"))
}

/// All that a dialect asks when alice's shopper has handed that on to a clerk. The reply is never valid.
pub(crate) async fn delegated(
    dialect: impl Dialect + 'static,
    context: (&'static str, &'static str),
) -> (Vec<serde_json::Value>, Denial) {
    let canned = Canned::new(dialect, "{}");
    let asked = canned.asked.clone();
    let shopper = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let log = failclosed::audit::MemoryLog::new();
    let builder = Guard::builder(shopper, canned, log).context(context.0, context.1);
    let guard = failclosed::danger::unchecked(builder, "a test").unwrap();
    let shop = Shop::new(guard.delegate(Subject::agent("clerk").unwrap()));
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!(shop.bodies(), 0);
    let asked = asked.lock().unwrap().drain(..).collect();
    (asked, denial)
}

/// What a dialect asks in some call, if it asks, and how the call ended. The reply is never valid.
pub(crate) async fn asks<T>(
    dialect: impl Dialect + 'static,
    subject: Subject,
    call: impl AsyncFnOnce(Guard) -> Result<T, Denial>,
) -> (Option<serde_json::Value>, Result<T, Denial>) {
    let canned = Canned::new(dialect, "{}");
    let asked = canned.asked.clone();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, canned, failclosed::audit::MemoryLog::new())
            .context("channel", "chat"),
        "a test",
    )
    .unwrap();
    let outcome = call(guard).await;
    (asked.lock().unwrap().pop(), outcome)
}
