//! What a decision costs beside the engine alone, and beside policies that do not matter to it.
//!
//! Ratios of times measured in turn, in one process: they hold on a busy machine, where times do
//! not. Run with `--release -- --ignored --nocapture`.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{
    hint::black_box,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context as Task, Poll, Waker},
    time::{Duration, Instant},
};

use cedar_common::{Asked, POLICIES, Purchase, SCHEMA};
use cedar_policy::{
    Authorizer, Context, Decision as Raw, Entities, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request as RawRequest, RestrictedExpression, Schema,
};
use failclosed_runtime::{
    Answer, Authority, Decision, Guard, Request, Subject, cedar::CedarAuthority,
};

const ROUNDS: usize = 400;
const BATCH: u32 = 25;

fn five() -> String {
    format!(
        r#"{POLICIES}
        @id("limit") forbid(principal, action == Action::"purchase", resource)
        when {{ context.amount > 50000 }};
        @id("refunds") permit(principal == Agent::"clerk", action == Action::"refund", resource);"#
    )
}

/// The engine as one would use it by hand: everything that can be made once is made once.
struct ByHand {
    schema: Schema,
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
    agent: EntityTypeName,
    vendor: EntityTypeName,
    action: EntityUid,
}

impl ByHand {
    fn new(policies: &str) -> Self {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
        Self {
            entities: Entities::from_entities([], Some(&schema)).unwrap(),
            schema,
            policies: policies.parse().unwrap(),
            authorizer: Authorizer::new(),
            agent: "Agent".parse().unwrap(),
            vendor: "Vendor".parse().unwrap(),
            action: r#"Action::"purchase""#.parse().unwrap(),
        }
    }

    fn allows(&self, agent: &str, vendor: &str, amount: i64) -> bool {
        let uid = |kind: &EntityTypeName, id| {
            EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
        };
        let amount = RestrictedExpression::new_long(amount);
        let request = RawRequest::new(
            uid(&self.agent, agent),
            self.action.clone(),
            uid(&self.vendor, vendor),
            Context::from_pairs([("amount".to_owned(), amount)]).unwrap(),
            Some(&self.schema),
        )
        .unwrap();
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        response.decision() == Raw::Allow && response.diagnostics().errors().next().is_none()
    }
}

/// Something else that decides the same, by its name.
type Rival = (&'static str, Box<dyn Fn() + Send + Sync>);

/// Asks again and again inside one guarded call, so that the guard's own cost is left out.
struct Bench {
    cedar: CedarAuthority,
    rivals: Vec<Rival>,
    report: Arc<Mutex<Vec<(&'static str, Duration)>>>,
}

impl Authority for Bench {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        let mut times = vec![Vec::with_capacity(ROUNDS); self.rivals.len() + 1];
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..BATCH {
                let answer = pin!(self.cedar.decide(black_box(request)));
                let polled = answer.poll(&mut Task::from_waker(Waker::noop()));
                assert!(matches!(polled, Poll::Ready(Ok(Decision::Allow(_)))));
            }
            times[0].push(start.elapsed() / BATCH);
            for (index, (_, rival)) in self.rivals.iter().enumerate() {
                let start = Instant::now();
                for _ in 0..BATCH {
                    rival();
                }
                times[index + 1].push(start.elapsed() / BATCH);
            }
        }
        let names = std::iter::once("failclosed").chain(self.rivals.iter().map(|(name, _)| *name));
        for (name, mut times) in names.zip(times) {
            times.sort_unstable();
            self.report.lock().unwrap().push((name, times[ROUNDS / 2]));
        }
        Decision::allow().into()
    }
}

async fn medians(policies: &str, rivals: Vec<Rival>) -> Vec<(&'static str, Duration)> {
    let cedar = CedarAuthority::builder(SCHEMA, policies).build().unwrap();
    let report = Arc::default();
    let bench = Bench { cedar, rivals, report: Arc::clone(&report) };
    let subject = Subject::agent("shopper").unwrap();
    let guard = Guard::builder(subject, bench).deadline(Duration::from_secs(600)).build().unwrap();
    let asked = Asked::default().with("amount", 1200_u64).on("Vendor", "deli.example");
    guard.run(Purchase(asked), async |_| Ok::<_, failclosed_runtime::Denial>(())).await.unwrap();
    let report = report.lock().unwrap().clone();
    for (name, median) in &report {
        println!("{name:>12}: {median:?}");
    }
    report
}

fn by_hand(policies: &str) -> Box<dyn Fn() + Send + Sync> {
    let by_hand = ByHand::new(policies);
    Box::new(move || {
        assert!(by_hand.allows(black_box("shopper"), black_box("deli.example"), black_box(1200)));
    })
}

#[tokio::test]
#[ignore = "a measurement: meaningful in release only"]
async fn a_decision_costs_little_more_than_the_engine() {
    let report = medians(&five(), vec![("by hand", by_hand(&five()))]).await;
    let ratio = report[0].1.as_secs_f64() / report[1].1.as_secs_f64();
    println!("5 policies: {ratio:.2} of the engine");
    assert!(ratio <= 1.15, "{ratio}");
}

/// The same where no policy can be left out: what this crate adds, and nothing that it saves.
#[tokio::test]
#[ignore = "a measurement: meaningful in release only"]
async fn a_decision_over_five_relevant_policies_costs_little_more() {
    let mut policies = String::from("permit(principal, action, resource);");
    for limit in 1..5 {
        policies += &format!(
            "forbid(principal, action == Action::\"purchase\", resource)
             when {{ context.amount > {limit}0000 }};"
        );
    }
    let report = medians(&policies, vec![("by hand", by_hand(&policies))]).await;
    let ratio = report[0].1.as_secs_f64() / report[1].1.as_secs_f64();
    println!("5 relevant policies: {ratio:.2} of the engine");
    assert!(ratio <= 1.15, "{ratio}");
}

#[tokio::test]
#[ignore = "a measurement: meaningful in release only"]
async fn unrelated_policies_cost_nothing() {
    let mut grants = five();
    for index in 0..10_000 {
        let (action, agent) = (["purchase", "refund", "read"][index % 3], index / 2);
        grants += &format!(
            "permit(principal == Agent::\"a{agent}\", action == Action::\"{action}\", \
             resource == Vendor::\"v{index}\");\n"
        );
    }
    let alone = medians(&five(), vec![]).await[0].1;
    let report = medians(&grants, vec![]).await[0].1;
    let by_hand = by_hand(&grants);
    let start = Instant::now();
    for _ in 0..20 {
        by_hand();
    }
    let whole = start.elapsed() / 20;
    let (grown, ratio) =
        (report.as_secs_f64() / alone.as_secs_f64(), report.as_secs_f64() / whole.as_secs_f64());
    println!("10 000 more: {ratio:.5} of the engine ({whole:?}), {grown:.2} of 5 policies");
    assert!(ratio < 0.01 && grown < 1.5, "{ratio} {grown}");
}
