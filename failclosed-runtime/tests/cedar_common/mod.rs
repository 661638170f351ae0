//! One shop, one schema, and a call that counts how often its body ran.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::sync::atomic::{AtomicUsize, Ordering};

use failclosed_runtime::{
    Action, Argument, Arguments, Cause, Denial, Guard, NamedArgument, Resource, Subject,
    audit::{DecisionEntry, Entry, MemoryLog},
    cedar::CedarAuthority,
};

pub const SCHEMA: &str = r#"
    entity Team;
    entity Agent in [Team] { budget?: Long };
    entity User;
    entity Vendor { category: String };
    action money;
    action purchase in [money] appliesTo {
        principal: Agent,
        resource: Vendor,
        context: { amount: Long, quantity?: Long, note?: String, session?: String,
                   tags?: Set<String>, to?: { city: String, lines?: Set<String> },
                   on_behalf_of?: User },
    };
    action refund in [money] appliesTo {
        principal: Agent,
        resource: Vendor,
        context: { amount: Long, on_behalf_of?: User },
    };
    action read appliesTo { principal: Agent, resource: [Vendor, User] };
"#;

pub const POLICIES: &str = r#"
    @id("shopping")
    permit(principal == Agent::"shopper", action == Action::"purchase", resource)
    when { context.amount <= 50000 };

    @id("reading")
    permit(principal, action == Action::"read", resource);

    @id("no-casinos")
    @reason("this vendor is blocked")
    forbid(principal, action in [Action::"money"], resource == Vendor::"casino.example");
"#;

/// An argument of any type.
pub type Shown = Box<dyn Argument + Send>;

/// Arguments and a resource, put together in a test.
#[derive(Default)]
pub struct Asked {
    arguments: Vec<(&'static str, Shown)>,
    resource: Option<(Option<String>, String)>,
}

impl Asked {
    pub fn with(mut self, name: &'static str, value: impl Argument + Send + 'static) -> Self {
        self.arguments.push((name, Box::new(value)));
        self
    }

    pub fn on(mut self, kind: &str, id: &str) -> Self {
        self.resource = Some((Some(kind.into()), id.into()));
        self
    }

    pub fn on_id(mut self, id: &str) -> Self {
        self.resource = Some((None, id.into()));
        self
    }

    fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
        self.arguments.get(index).map(|(name, value)| (*name, &**value as &dyn Argument))
    }

    fn resource(&self) -> Option<Resource<'_>> {
        self.resource.as_ref().map(|(kind, id)| match kind {
            Some(kind) => Resource::new(kind.as_str(), id.as_str()),
            None => Resource::id_only(id.as_str()),
        })
    }
}

macro_rules! actions {
    ($($action:ident = $name:literal),* $(,)?) => {$(
        pub struct $action(pub Asked);

        impl Arguments for $action {
            fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
                self.0.argument(index)
            }
        }

        impl Action for $action {
            const NAME: &'static str = $name;
            type Key = Self;

            fn resource(&self) -> Option<Resource<'_>> {
                self.0.resource()
            }
        }
    )*};
}

actions! {
    Purchase = "purchase", Refund = "refund", Read = "read", Money = "money", Unknown = "launch",
}

/// 12.00 at a vendor that no policy forbids.
pub fn lunch() -> Purchase {
    Purchase(Asked::default().with("amount", 1200_u64).on("Vendor", "deli.example"))
}

pub fn authority(policies: &str) -> CedarAuthority {
    CedarAuthority::builder(SCHEMA, policies).resource_type("Vendor").build().unwrap()
}

/// A guard with a log, and the number of bodies that ran under it.
pub struct Shop {
    pub guard: Guard,
    pub log: MemoryLog,
    pub bodies: AtomicUsize,
}

impl Shop {
    pub fn new(authority: CedarAuthority) -> Self {
        Self::of(Subject::agent("shopper").unwrap(), authority)
    }

    pub fn of(subject: Subject, authority: CedarAuthority) -> Self {
        let log = MemoryLog::new();
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

    pub async fn call<A: Action>(&self, action: A) -> Result<(), Denial> {
        self.guard
            .run(action, async |_permit| {
                self.bodies.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
            .await
    }

    /// Every decision on record so far.
    pub fn decisions(&self) -> Vec<DecisionEntry> {
        let decision = |entry| match entry {
            Entry::Decision(decision) => Some(*decision),
            Entry::Outcome(_) => None,
        };
        self.log.entries().into_iter().filter_map(decision).collect()
    }

    /// Asks for what must be allowed: the body runs once, on record; gives the record.
    pub async fn allowed<A: Action>(&self, action: A) -> DecisionEntry {
        let (bodies, records) = (self.bodies(), self.decisions().len());
        self.call(action).await.unwrap();
        assert_eq!(self.bodies(), bodies + 1);
        let mut decisions = self.decisions();
        assert_eq!(decisions.len(), records + 1);
        let decision = decisions.pop().unwrap();
        assert_eq!(decision.verdict, "allow");
        decision
    }

    /// Asks for what must be denied: the body runs 0 times, one record says why.
    pub async fn denied<A: Action>(&self, action: A, cause: Cause) -> DecisionEntry {
        let (bodies, records) = (self.bodies(), self.decisions().len());
        let denial = self.call(action).await.unwrap_err();
        assert_eq!(denial.cause(), cause, "{denial:?}");
        assert_eq!(self.bodies(), bodies, "the body ran: {denial:?}");
        let mut decisions = self.decisions();
        assert_eq!(decisions.len(), records + 1);
        let decision = decisions.pop().unwrap();
        assert_eq!((decision.verdict, decision.cause), ("deny", Some(cause)));
        decision
    }

    /// As [`denied`](Self::denied), with a part of what the operator is told; and the next healthy
    /// call works.
    pub async fn malformed<A: Action>(&self, action: A, detail: &str) {
        let record = self.denied(action, Cause::Malformed).await;
        let told = record.detail.unwrap();
        assert!(told.contains(detail), "{told}");
        self.allowed(lunch()).await;
    }
}
