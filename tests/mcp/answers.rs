//! What is an answer to a form and what is not, in the client's own bytes.

use failclosed::mcp::Approvals;
use serde_json::{Value, json};

use crate::raw::{Desk, Era, Raw, accepted, asked, blocked, order};

fn desk() -> Desk {
    Desk::with(Approvals::in_process().unwrap())
}

/// Not one of them is a yes, though a derived decoder reads one in some.
fn odd() -> Vec<Value> {
    let approve = || json!({"approve": true});
    let beside = |key: &str, value: Value| {
        let mut yes = accepted();
        yes[key] = value;
        yes
    };
    vec![
        json!(["accept", approve(), null]),
        json!(["accept", approve(), {"a": 1}]),
        json!({"action": {"accept": null}, "content": approve()}),
        json!({"action": ["accept"], "content": approve()}),
        json!({"action": "Accept", "content": approve()}),
        json!({"action": "accept", "content": [true, null]}),
        json!({"action": "accept", "content": {"approve": [true]}}),
        beside("decision", json!("deny")),
        beside("isError", json!(true)),
        beside("error", json!({"code": 1, "message": "the user pressed Esc"})),
        beside("cancelled", json!(true)),
        beside("reason", json!("no, do not do this")),
        beside("resultType", json!("input_required")),
        beside("_meta", json!([])),
        json!("accept"),
        json!(true),
        json!({}),
        json!([]),
    ]
}

#[tokio::test]
async fn an_odd_answer_that_travels_is_malformed() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let rows = odd();
    for answer in &rows {
        let open = asked(&mut raw, order()).await;
        let more = json!({"requestState": open.state, "inputResponses": {open.key: answer}});
        let result = raw.call(order(), more).await;
        blocked(&result, "malformed");
        assert_eq!(result["_meta"]["failclosed/class"], "invalid", "{answer}");
        assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0), "{answer}");
    }
    let malformed = desk.decided().iter().filter(|cause| *cause == "malformed").count();
    assert_eq!(malformed, rows.len());
}

/// A result of the type that every result has from 2026-07-28 on, and a serializer that writes what is
/// not there as `null`.
#[tokio::test]
async fn a_plain_yes_is_one() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let rows = [
        accepted(),
        json!({"action": "accept", "content": {"approve": true}, "resultType": "complete"}),
        json!({"action": "accept", "content": {"approve": true, "reason": null}, "_meta": null}),
    ];
    for (index, answer) in rows.iter().enumerate() {
        let open = asked(&mut raw, order()).await;
        let more = json!({"requestState": open.state, "inputResponses": {open.key: answer}});
        assert_eq!(raw.call(order(), more).await["isError"], false, "{answer}");
        assert_eq!(desk.shop.bodies(), index + 1);
    }
}
