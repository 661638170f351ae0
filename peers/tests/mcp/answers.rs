//! What a person says through a client, and how a client fails to say it.

use failclosed_peers::mcp::{Client, Era, Seen, Server, call};
use serde_json::{Value, json};

use crate::SHOP;

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The body runs, once.
    Ran,
    /// A denial with this cause, which the model reads.
    Blocked(&'static str),
    /// A denial with this cause, which nobody reads: the client gave up on its own call.
    Unread(&'static str),
    /// Nothing after the question: the client did not come back.
    NeverAnswered,
}

struct Row {
    id: &'static str,
    answer: Value,
    legacy: End,
    modern: End,
}

fn row(id: &'static str, answer: Value, end: End) -> Row {
    Row { id, answer, legacy: end, modern: end }
}

fn accept(content: Value) -> Value {
    json!({ "action": "accept", "content": content })
}

/// FAULTS C, MCP. In 2026-07-28 a client whose dialog fails has nothing to send, and the call ends
/// with the question.
fn rows() -> Vec<Row> {
    use End::{Blocked, NeverAnswered, Ran, Unread};
    vec![
        row("yes", accept(json!({ "approve": true })), Ran),
        row("yes, with words", accept(json!({ "approve": true, "reason": "fine" })), Ran),
        row("accept, and false", accept(json!({ "approve": false })), Blocked("denied")),
        row(
            "no, with words",
            accept(json!({ "approve": false, "reason": "too\u{202e} dear\n" })),
            Blocked("denied"),
        ),
        row("\"true\"", accept(json!({ "approve": "true" })), Blocked("malformed")),
        row("1", accept(json!({ "approve": 1 })), Blocked("malformed")),
        row("a list", accept(json!({ "approve": ["true"] })), Blocked("malformed")),
        row("Approve", accept(json!({ "Approve": true })), Blocked("malformed")),
        row("an empty form", accept(json!({})), Blocked("malformed")),
        row("no form", json!({ "action": "accept" }), Blocked("malformed")),
        row("more", accept(json!({ "approve": true, "always": true })), Blocked("malformed")),
        row(
            "a number of words",
            accept(json!({ "approve": true, "reason": 1 })),
            Blocked("malformed"),
        ),
        row("decline", json!({ "action": "decline" }), Blocked("denied")),
        row(
            "decline, and true",
            json!({ "action": "decline", "content": { "approve": true } }),
            Blocked("denied"),
        ),
        row("cancel", json!({ "action": "cancel" }), Blocked("denied")),
        Row {
            id: "the dialog crashes",
            answer: json!("throw"),
            legacy: Blocked("unavailable"),
            modern: NeverAnswered,
        },
        Row {
            id: "silence",
            answer: json!("hang"),
            legacy: Blocked("timed_out"),
            modern: NeverAnswered,
        },
        // Cancels its call while the person is being asked, and then says yes.
        Row {
            id: "cancelled, then yes",
            answer: json!("cancel"),
            legacy: Unread("unavailable"),
            modern: NeverAnswered,
        },
    ]
}

fn proves(server: &Server, client: Client, era: Era) {
    let mut rows = rows();
    // Some cannot be told to a client: it does not let its caller do that.
    match (client, era) {
        (Client::TypeScriptV1, _) | (Client::TypeScriptV2, Era::Legacy) => {}
        (Client::TypeScriptV2, Era::Modern) => rows.retain(|row| row.answer != "cancel"),
        (Client::Python, Era::Legacy) => rows.retain(|row| row.answer != "cancel"),
        // Its task group ends with the dialog, and the session with it.
        (Client::Python, Era::Modern) => {
            rows.retain(|row| row.answer != "cancel" && row.answer != "throw");
        }
    }
    let cents = |index: usize| 100 + index as u64;
    let healthy = |index: usize| 1 + index as u64;
    let mut calls = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        calls.push(call(row.id, "buy", cents(index)).answered(row.answer.clone()));
        calls.push(call(format!("after {}", row.id), "buy", healthy(index)));
    }
    let seen = server.called_by(client, era, true, &calls);
    assert_eq!(seen.len(), calls.len(), "{client:?} stopped: {:?}", seen.last());
    for (index, row) in rows.iter().enumerate() {
        let (seen, after) = (&seen[2 * index], &seen[2 * index + 1]);
        let context = format!("{client:?} {era:?} {}: {seen:?}", row.id);
        let end = if era == Era::Legacy { row.legacy } else { row.modern };
        let (ran, mut decisions) = match end {
            End::Ran => (1, vec!["allow"]),
            End::Blocked(cause) | End::Unread(cause) => (0, vec![cause]),
            End::NeverAnswered => (0, vec![]),
        };
        if era == Era::Modern {
            // The call that ended with the question is one of its own, and a denial.
            decisions.insert(0, "needs_approval");
        }
        assert_eq!(server.log.bodies(cents(index)), ran, "{context}");
        assert_eq!(server.log.decisions(cents(index)), decisions, "{context}");
        shows_the_question(seen, cents(index));
        match end {
            End::Ran => {
                let paid = &seen.result.as_ref().expect(&context)["structuredContent"]["paid"];
                assert_eq!(*paid, json!(cents(index)), "{context}");
            }
            End::Blocked(cause) => seen.assert_blocked(cause),
            End::Unread(_) | End::NeverAnswered => assert!(seen.error.is_some(), "{context}"),
        }
        // The next one works.
        assert_eq!(server.log.bodies(healthy(index)), 1, "after {context}: {after:?}");
        assert_eq!(server.log.decisions(healthy(index)), ["allow"], "after {context}");
    }
    says_why(server, &seen);
}

/// The person saw the whole action, once.
fn shows_the_question(seen: &Seen, cents: u64) {
    let [question] = seen.asked.as_slice() else { panic!("asked once: {seen:?}") };
    let message = question["message"].as_str().unwrap();
    for line in ["Question that much?", "Action   purchase", "User     alice"] {
        assert!(message.contains(line), "{message}");
    }
    assert!(message.contains(&format!("Argument cents = {cents}\n")), "{message}");
    let schema = &question["requestedSchema"];
    assert_eq!(schema["required"], json!(["approve"]), "{schema}");
    assert_eq!(schema["properties"]["approve"]["type"], "boolean", "{schema}");
    // Clients fill defaults in by themselves.
    assert!(schema["properties"]["approve"].get("default").is_none_or(Value::is_null), "{schema}");
}

/// A person's words reach the model escaped; what is for the operator reaches nobody.
fn says_why(server: &Server, seen: &[Seen]) {
    let words = seen.iter().find(|seen| seen.id == "no, with words").unwrap();
    assert_eq!(words.text(), "Blocked: a person declined: too\\u{202e} dear");
    let details = server.log.details();
    assert!(details.len() > 5, "{details:?}");
    let results = seen.iter().filter_map(|seen| seen.result.as_ref());
    let all: String = results.map(ToString::to_string).collect();
    for detail in details {
        assert!(!all.contains(&detail), "`{detail}` reached the client");
    }
}

const PATIENCE: &str = "patience=1500";

macro_rules! proofs {
    ($($name:ident: $client:ident, $era:ident;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn over_stdio() {
                proves(&Server::stdio(SHOP, &[PATIENCE]), Client::$client, Era::$era);
            }

            #[test]
            fn over_http() {
                proves(&Server::http(SHOP, &[PATIENCE]), Client::$client, Era::$era);
            }

            /// A client that cannot show a form is told at once, and nothing waits.
            #[test]
            fn without_the_capability() {
                for server in [Server::stdio(SHOP, &[]), Server::http(SHOP, &[])] {
                    let calls = [
                        call("ask", "buy", 100).answered(accept(json!({ "approve": true }))),
                        call("after", "buy", 1),
                    ];
                    let seen = server.called_by(Client::$client, Era::$era, false, &calls);
                    seen[0].assert_blocked("needs_approval");
                    assert!(seen[0].asked.is_empty() && seen[0].ms < 5_000, "{seen:?}");
                    assert_eq!(server.log.decisions(100), ["needs_approval"]);
                    assert_eq!((server.log.bodies(100), server.log.bodies(1)), (0, 1));
                }
            }
        }
    )*};
}

proofs! {
    typescript_v1: TypeScriptV1, Legacy;
    typescript_v2: TypeScriptV2, Legacy;
    typescript_v2_modern: TypeScriptV2, Modern;
    python: Python, Legacy;
    python_modern: Python, Modern;
}
