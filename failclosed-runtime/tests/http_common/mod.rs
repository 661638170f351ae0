//! A shop behind a remote authority, and an authority that misbehaves as it is told.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test binary uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the server's threads and a test's pauses are no task's"
)]

pub mod certificates;
pub mod scripted;
pub mod server;

use std::sync::atomic::{AtomicUsize, Ordering};

use failclosed_runtime::{
    Action, Arguments, Authority, Cause, Denial, Guard, NamedArgument, Subject,
    audit::{DecisionEntry, Entry, MemoryLog},
    http::{AuthZen, HttpAuthority, HttpBuilder, Secret},
};

pub use server::{Server, Step, json, reply};

/// The credential of every test. It must never be seen anywhere but in a header.
pub const TOKEN: &str = "tok_5f3a9b2c7d1e8846";

pub fn token() -> Secret {
    Secret::new(TOKEN).unwrap()
}

/// One AuthZEN authority at this endpoint, known to it by [`TOKEN`].
/// Connections are kept in any case, which is not the default: what can go wrong over them is tried everywhere.
pub fn authzen(endpoint: &str) -> HttpBuilder<AuthZen> {
    let builder = HttpAuthority::builder(AuthZen::new()).endpoint(endpoint).bearer(token());
    builder.reuse_connections()
}

/// What is bought. The note makes a question as long as a test needs it.
pub struct Purchase {
    pub amount: u64,
    pub note: String,
}

impl Arguments for Purchase {
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
        match index {
            0 => Some(("amount", &self.amount)),
            1 => Some(("note", &self.note)),
            _ => None,
        }
    }
}

impl Action for Purchase {
    const NAME: &'static str = "purchase";
    type Key = Self;
}

pub fn lunch() -> Purchase {
    Purchase { amount: 1200, note: String::new() }
}

/// A guard with a log, and the number of bodies that ran under it.
pub struct Shop {
    pub guard: Guard,
    pub log: MemoryLog,
    pub bodies: AtomicUsize,
}

impl Shop {
    pub fn new(authority: impl Authority + 'static) -> Self {
        let log = MemoryLog::new();
        let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
        let guard = failclosed_runtime::danger::unchecked(
            Guard::builder(subject, authority, log.clone()),
            "a test",
        )
        .unwrap();
        Self { guard, log, bodies: AtomicUsize::new(0) }
    }

    pub fn bodies(&self) -> usize {
        self.bodies.load(Ordering::SeqCst)
    }

    pub async fn buy(&self, purchase: Purchase) -> Result<(), Denial> {
        self.guard
            .run(purchase, async |_permit| {
                self.bodies.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
            .await
    }

    pub fn decisions(&self) -> Vec<DecisionEntry> {
        let decision = |entry| match entry {
            Entry::Decision(decision) => Some(*decision),
            Entry::Outcome(_) => None,
        };
        self.log.entries().into_iter().filter_map(decision).collect()
    }

    /// What must be allowed: the body runs once, on record.
    pub async fn allowed(&self) -> DecisionEntry {
        let (bodies, records) = (self.bodies(), self.decisions().len());
        self.buy(lunch()).await.unwrap();
        assert_eq!(self.bodies(), bodies + 1);
        let mut decisions = self.decisions();
        assert_eq!(decisions.len(), records + 1);
        let decision = decisions.pop().unwrap();
        assert_eq!(decision.verdict, "allow");
        decision
    }

    /// What must be denied: the body runs 0 times, one record says why, and nobody is told a secret.
    /// Gives what the operator is told.
    pub async fn denied(&self, cause: Cause) -> String {
        self.denied_for(lunch(), cause).await
    }

    pub async fn denied_for(&self, purchase: Purchase, cause: Cause) -> String {
        let (bodies, records) = (self.bodies(), self.decisions().len());
        let denial = self.buy(purchase).await.expect_err("the body ran");
        assert_eq!(self.bodies(), bodies, "the body ran: {denial:?}");
        assert_eq!(denial.cause(), cause, "{denial:?}");
        let mut decisions = self.decisions();
        assert_eq!(decisions.len(), records + 1);
        let decision = decisions.pop().unwrap();
        assert_eq!((decision.verdict, decision.cause), ("deny", Some(cause)));
        let model = denial.to_string();
        let told = denial.detail().unwrap_or_default().to_owned();
        for text in [&model, &told, &format!("{denial:?}"), &format!("{decision:?}")] {
            assert!(!text.contains(&TOKEN[..8]), "a secret is shown: {text}");
        }
        assert!(!model.contains("127.0.0.1"), "the model is told an address: {model}");
        told
    }
}

/// An authority that is at fault once: the denial, its cause and a part of what the operator is
/// told, and then a healthy call through the same guard.
pub async fn denies(fault: Step, cause: Cause, detail: &str) {
    let server = Server::start(move |_, _| fault.clone());
    // With the one retry of the default: a fault that closes the connection may do so only after the
    // healthy call has chosen it.
    denies_at(&server, authzen(&server.url()), cause, detail).await;
}

pub async fn denies_at(
    server: &Server,
    builder: HttpBuilder<AuthZen>,
    cause: Cause,
    detail: &str,
) -> Shop {
    let shop = Shop::new(builder.build().unwrap());
    let told = shop.denied(cause).await;
    assert!(told.contains(detail), "`{detail}` is not in: {told}");
    server.repair();
    shop.allowed().await;
    shop
}
