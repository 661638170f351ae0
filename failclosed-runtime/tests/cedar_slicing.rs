//! Looking at a slice of the policies must decide as looking at all of them does.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{cell::Cell, collections::BTreeSet};

use cedar_common::{Asked, Purchase, Read, Refund, Shop};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression, Schema,
};
use failclosed_runtime::{Cause, Subject, audit::DecisionEntry, cedar::CedarAuthority};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

const SCHEMA: &str = r#"
    entity Team in [Team];
    entity Agent in [Team] { budget: Long };
    entity Market;
    entity Vendor in [Market] { score: Long };
    action all;
    action money in [all];
    action purchase, refund in [money]
        appliesTo { principal: Agent, resource: Vendor, context: { amount: Long } };
    action read in [all]
        appliesTo { principal: Agent, resource: Vendor, context: { amount: Long } };
"#;

/// `a2` and `v2` are not here: looking at them fails.
const ENTITIES: &str = r#"[
    { "uid": { "type": "Team", "id": "t0" }, "attrs": {},
      "parents": [{ "type": "Team", "id": "t1" }] },
    { "uid": { "type": "Team", "id": "t1" }, "attrs": {}, "parents": [] },
    { "uid": { "type": "Agent", "id": "a0" }, "attrs": { "budget": 5 },
      "parents": [{ "type": "Team", "id": "t0" }] },
    { "uid": { "type": "Agent", "id": "a1" }, "attrs": { "budget": 9223372036854775807 },
      "parents": [{ "type": "Team", "id": "t1" }] },
    { "uid": { "type": "Vendor", "id": "v0" }, "attrs": { "score": 1 },
      "parents": [{ "type": "Market", "id": "m0" }] },
    { "uid": { "type": "Vendor", "id": "v1" }, "attrs": { "score": 9 }, "parents": [] },
    { "uid": { "type": "Market", "id": "m0" }, "attrs": {}, "parents": [] }
]"#;

const PRINCIPALS: &[&str] = &[
    "principal",
    "principal",
    r#"principal == Agent::"a0""#,
    r#"principal == Agent::"a1""#,
    r#"principal == Agent::"a2""#,
    r#"principal in Agent::"a0""#,
    r#"principal in Team::"t0""#,
    r#"principal in Team::"t1""#,
    "principal is Agent",
    r#"principal is Agent in Team::"t1""#,
];

const ACTIONS: &[&str] = &[
    "action",
    r#"action == Action::"purchase""#,
    r#"action == Action::"refund""#,
    r#"action in Action::"money""#,
    r#"action in [Action::"all"]"#,
    r#"action in [Action::"money", Action::"purchase"]"#,
    r#"action in [Action::"read", Action::"refund"]"#,
];

const RESOURCES: &[&str] = &[
    "resource",
    "resource",
    r#"resource == Vendor::"v0""#,
    r#"resource == Vendor::"v1""#,
    r#"resource == Vendor::"v2""#,
    r#"resource in Vendor::"v1""#,
    r#"resource in Market::"m0""#,
    "resource is Vendor",
    r#"resource is Vendor in Market::"m0""#,
];

const CONDITIONS: &[&str] = &[
    "",
    "",
    "",
    "when { context.amount > 3 }",
    "unless { context.amount > 3 }",
    "when { context.amount * 2 > 6 }",
    "unless { context.amount * 2 > 6 }",
    "when { context.amount + principal.budget > 7 }",
    "when { resource.score > 5 }",
    "when { context.amount <= 3 || resource.score > 5 }",
];

fn policies() -> impl Strategy<Value = Vec<String>> {
    let policy = (
        select(&["permit", "permit", "forbid"][..]),
        select(PRINCIPALS),
        select(ACTIONS),
        select(RESOURCES),
        select(CONDITIONS),
    )
        .prop_map(|(effect, principal, action, resource, condition)| {
            format!("{effect}({principal}, {action}, {resource}) {condition};")
        });
    prop::collection::vec(policy, 1..10)
}

#[derive(Debug, Clone)]
struct Question {
    agent: &'static str,
    action: &'static str,
    vendor: &'static str,
    amount: i64,
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let question = (
        select(&["a0", "a1", "a2"][..]),
        select(&["purchase", "refund", "read"][..]),
        select(&["v0", "v1", "v2"][..]),
        select(&[0, 3, 4, i64::MAX][..]),
    )
        .prop_map(|(agent, action, vendor, amount)| Question { agent, action, vendor, amount });
    prop::collection::vec(question, 6)
}

/// What came of a question, and which policies are named for it.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// `None`: no decision.
    verdict: Option<Decision>,
    rules: BTreeSet<String>,
    failed: BTreeSet<String>,
}

/// The engine over the whole set, read by the rule.
fn whole(schema: &Schema, set: &PolicySet, entities: &Entities, asked: &Question) -> Outcome {
    let uid = |kind: &str, id: &str| format!("{kind}::\"{id}\"").parse().unwrap();
    let amount = RestrictedExpression::new_long(asked.amount);
    let request = Request::new(
        uid("Agent", asked.agent),
        uid("Action", asked.action),
        uid("Vendor", asked.vendor),
        Context::from_pairs([("amount".to_owned(), amount)]).unwrap(),
        Some(schema),
    );
    let response = Authorizer::new().is_authorized(&request.unwrap(), set, entities);
    let rules: BTreeSet<_> = response.diagnostics().reason().map(ToString::to_string).collect();
    let names = (0..set.num_of_policies()).map(|index| format!("p{index}"));
    let errors: Vec<_> = response.diagnostics().errors().map(ToString::to_string).collect();
    let failed: BTreeSet<_> = names
        .filter(|name| errors.iter().any(|error| error.contains(&format!("policy `{name}`"))))
        .collect();
    assert_eq!(failed.len(), errors.len());
    let forbidden = response.decision() == Decision::Deny && !rules.is_empty();
    if !forbidden && !failed.is_empty() {
        return Outcome { verdict: None, rules: BTreeSet::new(), failed };
    }
    Outcome { verdict: Some(response.decision()), rules, failed }
}

/// The authority, through a guard.
async fn sliced(authority: &CedarAuthority, policies: usize, asked: &Question) -> Outcome {
    let shop = Shop::of(Subject::agent(asked.agent).unwrap(), authority.clone());
    let arguments = Asked::default().with("amount", asked.amount).on("Vendor", asked.vendor);
    let called = match asked.action {
        "purchase" => shop.call(Purchase(arguments)).await,
        "refund" => shop.call(Refund(arguments)).await,
        _ => shop.call(Read(arguments)).await,
    };
    assert_eq!(shop.bodies(), usize::from(called.is_ok()));
    let mut decisions = shop.decisions();
    let DecisionEntry { verdict, cause, rule, detail, .. } = decisions.pop().unwrap();
    assert!(decisions.is_empty());
    let verdict = match (verdict, cause) {
        ("allow", None) => Some(Decision::Allow),
        ("deny", Some(Cause::Denied)) => Some(Decision::Deny),
        ("deny", Some(Cause::Malformed)) => None,
        other => unreachable!("{other:?}: {detail:?}"),
    };
    let rules = rule.iter().flat_map(|rule| rule.split("; ")).map(str::to_owned).collect();
    let detail = detail.unwrap_or_default();
    let failed = (0..policies)
        .map(|index| format!("p{index}"))
        .filter(|name| detail.contains(&format!("policy `{name}`")))
        .collect();
    Outcome { verdict, rules, failed }
}

#[test]
fn a_slice_decides_as_the_whole_set() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    let entities = Entities::from_json_str(ENTITIES, Some(&schema)).unwrap();
    // Proof that the cases are not all of one kind: allows, denials by rule, by nothing, failures.
    let seen = [const { Cell::new(0_usize) }; 4];
    let config = Config { cases: 192, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&(policies(), questions()), |(texts, questions)| {
        let parsed = texts.iter().enumerate().map(|(index, text)| {
            Policy::parse(Some(PolicyId::new(format!("p{index}"))), text).unwrap()
        });
        let set = PolicySet::from_policies(parsed).unwrap();
        let labelled: String = texts
            .iter()
            .enumerate()
            .map(|(index, text)| format!("@id(\"p{index}\") {text}\n"))
            .collect();
        let authority =
            CedarAuthority::builder(SCHEMA, labelled).entities(entities.clone()).build().unwrap();
        for asked in &questions {
            let expected = whole(&schema, &set, &entities, asked);
            let kind = match (expected.verdict, expected.rules.is_empty()) {
                (Some(Decision::Allow), _) => &seen[0],
                (Some(Decision::Deny), false) => &seen[1],
                (Some(Decision::Deny), true) => &seen[2],
                (None, _) => &seen[3],
            };
            kind.set(kind.get() + 1);
            let got = runtime.block_on(sliced(&authority, texts.len(), asked));
            prop_assert_eq!(got, expected, "{:?}", asked);
        }
        Ok(())
    });
    result.unwrap();
    assert!(seen.iter().all(|count| count.get() > 50), "too few of one kind: {seen:?}");
    println!("allowed, forbidden, not permitted, undecided: {seen:?}");
}
