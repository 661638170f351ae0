//! Whoever can make calls can open questions; nobody can keep the others from being asked.

use failclosed::{
    Decision,
    approval::pending::{self, DEFAULT_OPEN_PER_SUBJECT},
    mcp::SealedApprovals,
};
use failclosed_tests::authorities::{Says, ask};
use serde_json::json;

use crate::{
    raw::{Desk, Era, Raw, accepted, answering, asked, blocked, order},
    travels::{Shared, replica},
};

/// Two callers of one server: two guards, with one store.
#[tokio::test]
async fn a_caller_with_too_many_questions_is_not_asked_and_others_are() {
    let store = Shared::default();
    let desk = |user: &str| -> Desk { Desk::of(user, Says(ask), replica(store.clone())) };
    let (mallory, alice) = (desk("mallory"), desk("alice"));
    let mut from_mallory = Raw::connect(&mallory, Era::Travels).await;
    let mut from_alice = Raw::connect(&alice, Era::Travels).await;
    let mut last = None;
    for _ in 0..DEFAULT_OPEN_PER_SUBJECT {
        last = Some(asked(&mut from_mallory, order()).await);
    }
    for _ in 0..3 {
        let refused = from_mallory.call(order(), json!({})).await;
        blocked(&refused, "unavailable");
    }
    let detail = failclosed_tests::decisions(&mallory.log).pop().unwrap().detail.unwrap();
    assert_eq!(detail, "too many approvals of this subject are pending");
    let open = asked(&mut from_alice, order()).await;
    let bought = from_alice.call(order(), answering(&open.state, &open.key)).await;
    assert_eq!((bought["isError"].as_bool(), alice.shop.bodies()), (Some(false), 1), "{bought}");
    // An answer makes place for a question.
    let last = last.unwrap();
    let bought = from_mallory.call(order(), answering(&last.state, &last.key)).await;
    assert_eq!(bought["isError"], false);
    asked(&mut from_mallory, order()).await;
    assert_eq!(mallory.shop.bodies(), 1);
}

/// A question that cannot be shown whole takes nobody's place.
#[tokio::test]
async fn what_cannot_be_shown_is_not_left_open() {
    let store = Shared::default();
    let long = Says(|| Decision::ask("really? ".repeat(4_000)).into());
    let desk = Desk::of("alice", long, replica(store.clone()));
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    for _ in 0..=DEFAULT_OPEN_PER_SUBJECT {
        blocked(&raw.call(order(), json!({})).await, "malformed");
    }
    assert_eq!(desk.shop.bodies(), 0);
    let desk = Desk::of("alice", Says(ask), replica(store));
    asked(&mut Raw::connect(&desk, Era::Travels).await, order()).await;
}

/// A server that is one process, with a quota of its own.
#[tokio::test]
async fn a_quota_can_be_set() {
    let store = pending::MemoryStore::new(10).per_subject(2);
    let desk = Desk::with(SealedApprovals::in_process().unwrap().keeping(store));
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    for _ in 0..2 {
        asked(&mut raw, order()).await;
    }
    blocked(&raw.call(order(), json!({})).await, "unavailable");
    assert_eq!(desk.decided(), ["needs_approval", "needs_approval", "unavailable"]);
}

/// Forms on one person's screen: no more than are read. Whoever is answered, or gives up, makes place.
#[tokio::test]
async fn so_many_calls_of_one_subject_wait_and_no_more() {
    let approvals = || SealedApprovals::in_process().unwrap().waiting_per_subject(3);
    let desk = Desk::with(approvals());
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let (id, call) = raw.calling(order(), json!({}));
        raw.send(&[call]).await;
        open.push((id, raw.question().await["id"].clone()));
    }
    for _ in 0..3 {
        blocked(&raw.call(order(), json!({})).await, "unavailable");
    }
    let (id, question) = open.pop().unwrap();
    raw.send(&[json!({"jsonrpc": "2.0", "id": question, "result": accepted()})]).await;
    assert_eq!(raw.result(id).await["isError"], false);
    let (id, _) = open.pop().unwrap();
    let gone = json!({"requestId": id, "reason": "changed my mind"});
    raw.send(&[json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": gone})])
        .await;
    for _ in 0..2 {
        let (_, call) = raw.calling(order(), json!({}));
        raw.send(&[call]).await;
        raw.question().await;
    }
    blocked(&raw.call(order(), json!({})).await, "unavailable");
    assert_eq!(desk.shop.bodies(), 1);
}
