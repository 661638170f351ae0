//! A guard whose parts are broken until they are repaired, and the proof that it fails closed.

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Request, Subject,
    approval::Approver,
    audit::{
        AuditSink, DecisionEntry, DecisionRecord, Entry, MemoryLog, Outcome, OutcomeEntry,
        OutcomeRecord, Recording,
    },
    authority::Answer,
    decision::{Ask, Deny},
    error::Fault,
    guard::GuardBuilder,
};

use crate::Shop;

/// A guard under construction: its authority, and what else is added, is at fault.
#[must_use]
pub struct Rig {
    builder: GuardBuilder,
    log: MemoryLog,
    state: State,
    keeps_connections: bool,
}

/// A guard that was built, its shop and its log.
pub struct Running {
    pub shop: Shop,
    pub log: MemoryLog,
    state: State,
}

/// What a proven fault left behind.
#[derive(Debug)]
pub struct Proof {
    pub denial: Denial,
    pub decisions: Vec<DecisionEntry>,
    /// How often the faulty authority was asked.
    pub asked: usize,
}

#[derive(Clone, Default)]
struct State {
    repaired: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Rig {
    /// The first sink is a healthy log, so that there is a record to look at whatever is at fault.
    pub fn with(authority: impl Authority + 'static) -> Self {
        Self::of("alice", authority)
    }

    /// As [`with`](Self::with), for another user than alice.
    pub fn of(user: &str, authority: impl Authority + 'static) -> Self {
        let (log, state) = (MemoryLog::new(), State::default());
        let subject = Subject::agent("shopper").unwrap().on_behalf_of(user).unwrap();
        let builder = Guard::builder(
            subject,
            Breakable { inner: authority, state: state.clone() },
            log.clone(),
        );
        Self { builder, log, state, keeps_connections: false }
    }

    /// The authority may keep connections open, which are tasks. They have to end with it.
    pub fn keeps_connections(mut self) -> Self {
        self.keeps_connections = true;
        self
    }

    pub fn deadline(self, deadline: Duration) -> Self {
        self.more(|builder| builder.deadline(deadline))
    }

    pub fn approver(self, approver: impl Approver + 'static, deadline: Duration) -> Self {
        let approver = Breakable { inner: approver, state: self.state.clone() };
        self.more(|builder| builder.approver(approver, deadline))
    }

    pub fn sink(self, sink: impl AuditSink + 'static) -> Self {
        let sink = Breakable { inner: sink, state: self.state.clone() };
        self.more(|builder| builder.audit(sink))
    }

    /// Anything else a guard is built with.
    pub fn more(mut self, more: impl FnOnce(GuardBuilder) -> GuardBuilder) -> Self {
        self.builder = more(self.builder);
        self
    }

    pub fn build(self) -> Running {
        let guard = failclosed::danger::unchecked(self.builder, "a test").unwrap();
        Running { shop: Shop::new(guard), log: self.log, state: self.state }
    }

    /// Charges once: see [`Rig::denies`].
    pub async fn denies(self, cause: Cause) -> Proof {
        self.denies_call(cause, async |shop: &Shop| shop.charge("coachella.com", 742).await).await
    }

    /// As [`denies`](Self::denies), with another executor.
    pub async fn denies_call<T: Debug>(
        self,
        cause: Cause,
        call: impl AsyncFnOnce(&Shop) -> Result<T, Denial>,
    ) -> Proof {
        let keeps_connections = self.keeps_connections;
        let running = self.build();
        let tasks = alive_tasks();
        let denial = call(&running.shop).await.expect_err("the call went through");
        if !keeps_connections {
            assert_eq!(alive_tasks(), tasks, "a task was left behind");
        }
        running.denied(&denial, cause);
        let proof = Proof {
            denial,
            decisions: decisions(&running.log),
            asked: running.state.asked.load(Ordering::SeqCst),
        };
        running.repair();
        running.healthy().await;
        drop(running);
        if keeps_connections {
            ended(tasks).await;
        }
        proof
    }
}

impl Running {
    /// The one thing that is asserted of every denial: its cause, its record, and that no body ran.
    pub fn denied(&self, denial: &Denial, cause: Cause) {
        self.denied_after(0, denial, cause);
    }

    /// As [`denied`](Self::denied), in a shop where so many bodies had run before the call.
    pub fn denied_after(&self, bodies: usize, denial: &Denial, cause: Cause) {
        assert_eq!(denial.cause(), cause, "the wrong cause: {denial:?}");
        assert_eq!(self.shop.bodies(), bodies, "a body ran");
        self.recorded(&denial.call_id().to_string(), cause);
        let text = denial.to_string();
        let begins = match denial.fault() {
            Fault::Nobody | Fault::Caller => "Blocked: ",
            Fault::Authority | Fault::Operator => "Permission check unavailable. Action blocked. (",
        };
        assert!(text.starts_with(begins), "{text}");
        // A call that is at fault itself is not made again, and the rest is not called its fault.
        let unchanged = text.ends_with(" Do not repeat it unchanged.");
        assert_eq!(unchanged, denial.fault() == Fault::Caller, "{text}");
    }

    /// A call whose future is gone leaves no denial to look at, only its record.
    pub fn cancelled(&self) {
        assert_eq!(self.shop.bodies(), 0, "a body ran");
        let last = decisions(&self.log).pop().expect("nothing was recorded");
        self.recorded(&last.call, Cause::Cancelled);
    }

    fn recorded(&self, call: &str, cause: Cause) {
        let all = decisions(&self.log);
        let denials: Vec<_> =
            all.iter().filter(|entry| entry.call == call && entry.verdict == "deny").collect();
        let causes: Vec<_> = denials.iter().map(|entry| entry.cause).collect();
        assert_eq!(causes, [Some(cause)], "exactly one denial on record: {all:?}");
        assert_eq!(denials[0].subject.agent_id(), "shopper");
        // An allow whose permit was withheld may precede it, and nothing else.
        let allows = all.iter().filter(|entry| entry.call == call && entry.verdict == "allow");
        let withheld = matches!(cause, Cause::Unrecorded | Cause::Cancelled | Cause::Malformed);
        assert!(allows.count() <= usize::from(withheld), "an allow on record: {all:?}");
        assert!(
            outcomes(&self.log).iter().all(|outcome| outcome.call != call),
            "an outcome of a body that did not run"
        );
    }

    /// From here on authority, approver and sinks are healthy, and say yes.
    pub fn repair(&self) {
        self.state.repaired.store(true, Ordering::SeqCst);
    }

    /// A fault leaves nothing behind that hurts the next call of the same guard.
    pub async fn healthy(&self) {
        let before = self.shop.bodies();
        let charged = self.shop.charge("coachella.com", 1).await;
        assert_eq!(charged.expect("a healthy call was denied"), 1);
        assert_eq!(self.shop.bodies(), before + 1, "the body of a healthy call ran once");
        let decision = decisions(&self.log).pop().unwrap();
        assert_eq!((decision.verdict, decision.cause), ("allow", None));
        let outcome = outcomes(&self.log).pop().unwrap();
        assert_eq!((outcome.call, outcome.outcome), (decision.call, Outcome::Completed));
    }
}

/// The decisions of a log, in order.
pub fn decisions(log: &MemoryLog) -> Vec<DecisionEntry> {
    let decision = |entry| match entry {
        Entry::Decision(decision) => Some(*decision),
        Entry::Outcome(_) => None,
    };
    log.entries().into_iter().filter_map(decision).collect()
}

/// The outcomes of a log, in order.
pub fn outcomes(log: &MemoryLog) -> Vec<OutcomeEntry> {
    let outcome = |entry| match entry {
        Entry::Outcome(outcome) => Some(outcome),
        Entry::Decision(_) => None,
    };
    log.entries().into_iter().filter_map(outcome).collect()
}

fn alive_tasks() -> Option<usize> {
    let runtime = tokio::runtime::Handle::try_current().ok()?;
    Some(runtime.metrics().num_alive_tasks())
}

/// No more tasks than there were, soon.
async fn ended(before: Option<usize>) {
    let started = Instant::now();
    while alive_tasks() > before {
        assert!(started.elapsed() < Duration::from_secs(10), "a connection outlived its authority");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What is inside until it is repaired, then a healthy one that says yes.
struct Breakable<T> {
    inner: T,
    state: State,
}

impl<T> Breakable<T> {
    fn repaired(&self) -> bool {
        self.state.repaired.load(Ordering::SeqCst)
    }
}

impl<T: Authority> Authority for Breakable<T> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        if self.repaired() {
            return Decision::allow().into();
        }
        self.state.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.decide(request)
    }
}

impl<T: Approver> Approver for Breakable<T> {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        if self.repaired() {
            ask.approved(request).into()
        } else {
            self.inner.approve(request, ask)
        }
    }

    fn withdrawn(&self) -> Option<Deny> {
        if self.repaired() { None } else { self.inner.withdrawn() }
    }

    fn name(&self) -> std::borrow::Cow<'static, str> {
        self.inner.name()
    }
}

impl<T: AuditSink> AuditSink for Breakable<T> {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        if self.repaired() { Recording::ready(Ok(())) } else { self.inner.decision(record) }
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        if !self.repaired() {
            self.inner.outcome(record);
        }
    }
}
