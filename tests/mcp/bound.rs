//! What a yes that travels is for: one question, of one authority, at one server, with the arguments
//! as they were sent.

use std::sync::atomic::{AtomicUsize, Ordering};

use failclosed::{
    Decision, all_of, approval::pending, authority::Answer, decision::Ask, mcp::SealedApprovals,
};
use failclosed_tests::authorities::{Says, allow, ask};
use serde_json::{Value, json};

use crate::{
    raw::{Desk, Era, Raw, accepted, answering, asked, blocked, open, order},
    travels::{Shared, replica},
};

/// What it asks in the first call, and in all that come after it.
fn then(
    first: fn() -> Answer<'static>,
    after: fn() -> Answer<'static>,
) -> Says<impl Fn() -> Answer<'static> + Send + Sync> {
    let calls = AtomicUsize::new(0);
    Says(move || if calls.fetch_add(1, Ordering::SeqCst) == 0 { first() } else { after() })
}

fn change(id: &'static str) -> Answer<'static> {
    Decision::from(Ask::new("really?").with_approval_id(id)).into()
}

fn ruled(rule: &'static str) -> Answer<'static> {
    Decision::ask("really?").rule(rule).into()
}

fn decided(id: &'static str) -> Answer<'static> {
    Decision::ask("really?").decision_id(id).into()
}

type Asks = fn() -> Answer<'static>;

/// A question that is told from another by nothing but the words, the id of the approval, the rule or
/// the id of the decision: each is another question, whether the call waits or is made again.
#[tokio::test]
async fn a_yes_is_for_one_question() {
    let rows: [(&str, Asks, Asks); 6] = [
        ("words", || Decision::ask("really?").into(), || Decision::ask("really now?").into()),
        ("approval", || change("CR-1"), || change("CR-2")),
        ("no approval", || change("CR-1"), || Decision::ask("really?").into()),
        ("rule", || ruled("limit"), || ruled("vendor")),
        ("decision", || decided("d1"), || decided("d2")),
        ("a rule that is named like a decision", || ruled("x"), || decided("x")),
    ];
    for (what, first, after) in rows {
        let desk = Desk::of("alice", then(first, after), SealedApprovals::in_process().unwrap());
        let mut raw = Raw::connect(&desk, Era::Travels).await;
        let open = asked(&mut raw, order()).await;
        blocked(&raw.call(order(), answering(&open.state, &open.key)).await, "malformed");
        assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0), "{what}");
        assert_eq!(desk.decided(), ["needs_approval", "malformed"], "{what}");

        let desk = Desk::of("alice", then(first, after), SealedApprovals::in_process().unwrap());
        let mut raw = Raw::connect(&desk, Era::Waits).await;
        let (id, call) = raw.calling(order(), json!({}));
        raw.send(&[call]).await;
        let question = raw.question().await;
        raw.send(&[json!({"jsonrpc": "2.0", "id": question["id"], "result": accepted()})]).await;
        blocked(&raw.result(id).await, "needs_approval");
        assert_eq!((desk.shop.bodies(), desk.decided()), (0, vec!["needs_approval".to_owned()]));
    }
    // And the same question is answered, in either.
    let desk = Desk::of("alice", Says(|| change("CR-1")), SealedApprovals::in_process().unwrap());
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let open = asked(&mut raw, order()).await;
    let bought = raw.call(order(), answering(&open.state, &open.key)).await;
    assert_eq!((bought["isError"].as_bool(), desk.shop.bodies()), (Some(false), 1), "{bought}");
}

/// Of two authorities that ask in the same words, each has its own yes.
#[tokio::test]
async fn a_yes_is_for_one_member_of_a_set() {
    let set = all_of(then(ask, allow), then(allow, ask));
    let desk = Desk::of("alice", set, SealedApprovals::in_process().unwrap());
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let open = asked(&mut raw, order()).await;
    blocked(&raw.call(order(), answering(&open.state, &open.key)).await, "malformed");
    assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0));
    assert_eq!(desk.decided(), ["needs_approval", "malformed"]);
}

/// The ids that a person has to compare are on their screen: of each member of a set.
#[tokio::test]
async fn the_person_is_shown_the_approval() {
    let of_a_set = all_of(Says(|| change("CR-1")), Says(|| change("CR-2")));
    let desk = Desk::of("alice", of_a_set, SealedApprovals::in_process().unwrap());
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (_, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    let shown = question["params"]["message"].as_str().unwrap();
    assert!(shown.contains("\nApproval CR-1\nApproval CR-2\n"), "{shown}");
}

/// Two servers that share keys and a store, as staging and production should not.
#[tokio::test]
async fn a_yes_is_for_one_server() {
    let key = [7; 32];
    let store = Shared::default();
    let server = |name: &str| {
        let keys = [("a", key.as_slice())];
        Desk::with(SealedApprovals::shared(name, "a", keys, store.clone()).unwrap())
    };
    let (staging, production) = (server("shop-staging"), server("shop-production"));
    let mut at_staging = Raw::connect(&staging, Era::Travels).await;
    let mut at_production = Raw::connect(&production, Era::Travels).await;
    let open = asked(&mut at_staging, order()).await;
    let answer = answering(&open.state, &open.key);
    blocked(&at_production.call(order(), answer.clone()).await, "malformed");
    assert_eq!((production.shop.bodies(), production.decided()), (0, vec!["malformed".into()]));
    // It was not used up there, either.
    assert_eq!(at_staging.call(order(), answer).await["isError"], false);
    assert_eq!((staging.shop.bodies(), production.shop.bodies()), (1, 0));
    for blank in ["", " ", "\n"] {
        let keys = [("a", key.as_slice())];
        assert!(
            SealedApprovals::shared(blank, "a", keys, pending::MemoryStore::default()).is_err()
        );
    }
}

/// Whichever extractor comes first: a card that nobody is shown cannot change behind the yes. Where
/// the arguments are gone before they can be bound, nobody is asked.
#[tokio::test]
async fn arguments_that_were_taken_are_not_approved() {
    let desk = Desk::with(replica(Shared::default()));
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let backwards = json!({"name": "buy_backwards"});
    blocked(&raw.call(order(), backwards.clone()).await, "not_configured");
    assert_eq!((desk.shop.bodies(), desk.decided()), (0, vec!["not_configured".to_owned()]));
    let detail = failclosed_tests::decisions(&desk.log)[0].detail.clone().unwrap();
    assert!(detail.contains("help: name `ToolCall` before `Parameters`"), "{detail}");
    // A call that waits is the same call all the time.
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), backwards);
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[json!({"jsonrpc": "2.0", "id": question["id"], "result": accepted()})]).await;
    assert_eq!(raw.result(id).await["structuredContent"]["card"], "4242");
    assert_eq!(desk.shop.bodies(), 1);
}

/// A tool that declares no arguments has none to be taken, and what is sent to it is bound anyway.
#[tokio::test]
async fn a_tool_without_arguments_is_approved() {
    let desk = Desk::with(replica(Shared::default()));
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let without = |mut more: Value| {
        more["name"] = json!("close");
        more["arguments"] = Value::Null;
        more
    };
    let state = open(&raw.call(json!({}), without(json!({}))).await);
    let answer = answering(&state.state, &state.key);
    let mut other = answer.clone();
    other["name"] = json!("close");
    blocked(&raw.call(json!({"more": 1}), other).await, "malformed");
    let closed = raw.call(json!({}), without(answer)).await;
    assert_eq!((closed["isError"].as_bool(), desk.shop.bodies()), (Some(false), 1), "{closed}");
}
