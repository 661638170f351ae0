//! 2026-07-28: the approval is in the client's hands between the question and the answer.

use failclosed_peers::mcp::{Call, Client, Era, Seen, Server, call};
use serde_json::{Value, json};

use crate::SHOP;

const MALFORMED: &str = "malformed";

fn yes() -> Value {
    json!({ "approval": { "action": "accept", "content": { "approve": true } } })
}

fn no() -> Value {
    json!({ "approval": { "action": "accept", "content": { "approve": false } } })
}

/// Asks, and keeps the state under `id`.
fn question(id: &str, cents: u64) -> Call {
    call(id, "buy", cents).manual(json!({}))
}

/// Answers with the state that `question` got.
fn answer(id: &str, cents: u64, question: &str, answers: Value) -> Call {
    call(id, "buy", cents).manual(json!({ "state": { "of": question }, "answers": answers }))
}

fn manual(server: &Server, calls: &[Call]) -> Vec<Seen> {
    let seen = server.called_by(Client::TypeScriptV2, Era::Modern, true, calls);
    assert_eq!(seen.len(), calls.len(), "{:?}", seen.last());
    for seen in &seen {
        assert!(seen.error.is_none(), "{seen:?}");
    }
    seen
}

fn state(seen: &Seen) -> &str {
    let result = seen.result.as_ref().unwrap();
    assert_eq!(result["resultType"], "input_required", "{result}");
    result["requestState"].as_str().unwrap()
}

/// Over HTTP, where callers are told apart.
#[test]
fn a_state_opens_for_nothing_but_its_own_call() {
    let server = Server::http(SHOP, &["key=k"]);
    let mut mallory = answer("another principal", 200, "q", yes());
    mallory.token = Some("mallory");
    let mut another_tool = answer("another tool", 200, "q", yes());
    another_tool.tool = "buy_too";
    let text = |text: &str| json!({ "state": { "text": text }, "answers": yes() });
    let calls = [
        question("q", 200),
        call("forged", "buy", 200).manual(text("rs2.b25seQ.AAAA.AAAA")),
        call("of another kind", "buy", 200).manual(text("yes")),
        call("empty", "buy", 200).manual(text("")),
        answer("other arguments", 201, "q", yes()),
        another_tool,
        mallory,
        // None of these has used it up.
        answer("its own", 200, "q", yes()),
        call("after", "buy", 1),
    ];
    let seen = manual(&server, &calls);
    state(&seen[0]);
    for seen in &seen[1..7] {
        seen.assert_blocked(MALFORMED);
        // One text for all of them: the client is not told how close it came.
        assert_eq!(seen.text(), REFUSED, "{}", seen.id);
    }
    assert_eq!(seen[7].result.as_ref().unwrap()["structuredContent"]["paid"], 200);
    assert_eq!((server.log.bodies(200), server.log.bodies(201), server.log.bodies(1)), (1, 0, 1));
    let decisions = server.log.decisions(200);
    let expected =
        ["needs_approval", MALFORMED, MALFORMED, MALFORMED, MALFORMED, MALFORMED, "allow"];
    assert_eq!(decisions, expected);
    assert_eq!(server.log.decisions(201), [MALFORMED]);
}

const REFUSED: &str =
    "Permission check unavailable. Action blocked. (the approver gave no valid answer)";

#[test]
fn a_state_opens_once() {
    let server = Server::http(SHOP, &[]);
    let mut race = answer("ten at once", 303, "r", yes());
    race.times = Some(10);
    let calls = [
        question("q", 300),
        answer("yes", 300, "q", yes()),
        answer("yes again", 300, "q", yes()),
        // A no uses it up too.
        question("p", 301),
        answer("no", 301, "p", no()),
        answer("no, then yes", 301, "p", yes()),
        // And so does what is no answer.
        question("o", 302),
        answer("nothing", 302, "o", json!({})),
        answer("nothing, then yes", 302, "o", yes()),
        question("r", 303),
        race,
        call("after", "buy", 1),
    ];
    let seen = manual(&server, &calls);
    for (index, cause) in
        [(2, MALFORMED), (4, "denied"), (5, MALFORMED), (7, MALFORMED), (8, MALFORMED)]
    {
        seen[index].assert_blocked(cause);
    }
    assert_eq!(server.log.decisions(300), ["needs_approval", "allow", MALFORMED]);
    assert_eq!(server.log.decisions(301), ["needs_approval", "denied", MALFORMED]);
    assert_eq!(server.log.decisions(302), ["needs_approval", MALFORMED, MALFORMED]);
    let raced = server.log.decisions(303);
    let allowed = raced.iter().filter(|decision| *decision == "allow").count();
    assert_eq!((raced.len(), allowed), (11, 1), "{raced:?}");
    let bodies = [300, 301, 302, 303, 1].map(|cents| server.log.bodies(cents));
    assert_eq!(bodies, [1, 0, 0, 1, 1]);
}

#[test]
fn only_the_answer_that_was_asked_for_counts() {
    let server = Server::http(SHOP, &[]);
    let accepted = json!({ "action": "accept", "content": { "approve": true } });
    let answers = [
        ("no answer", Value::Null),
        ("another key", json!({ "other": accepted })),
        ("one more", json!({ "approval": accepted, "other": accepted })),
        ("no result", json!({ "approval": true })),
        ("no action", json!({ "approval": { "content": { "approve": true } } })),
        (
            "unknown action",
            json!({ "approval": { "action": "allow", "content": { "approve": true } } }),
        ),
        (
            "upper case",
            json!({ "approval": { "action": "Accept", "content": { "approve": true } } }),
        ),
        (
            "\"true\"",
            json!({ "approval": { "action": "accept", "content": { "approve": "true" } } }),
        ),
        ("text", json!({ "approval": { "action": "accept", "content": "approve" } })),
    ];
    let mut calls = Vec::new();
    for (cents, (id, answers)) in (400..).zip(&answers) {
        calls.push(question(&format!("{id}?"), cents));
        calls.push(answer(id, cents, &format!("{id}?"), answers.clone()));
    }
    // An answer to no question.
    calls.push(call("no state", "buy", 450).manual(json!({ "answers": yes() })));
    calls.push(call("after", "buy", 1));
    let seen = manual(&server, &calls);
    for (index, cents) in (0..answers.len()).zip(400..) {
        seen[2 * index + 1].assert_blocked(MALFORMED);
        let decisions = server.log.decisions(cents);
        assert_eq!(decisions, ["needs_approval", MALFORMED], "{}", answers[index].0);
        assert_eq!(server.log.bodies(cents), 0, "{}", answers[index].0);
    }
    seen[2 * answers.len()].assert_blocked(MALFORMED);
    assert_eq!((server.log.bodies(450), server.log.bodies(1)), (0, 1));
}

#[test]
fn a_state_expires() {
    let server = Server::stdio(SHOP, &["patience=400"]);
    let late = json!({ "state": { "of": "q" }, "answers": yes(), "wait": 700 });
    let calls =
        [question("q", 500), call("late", "buy", 500).manual(late), call("after", "buy", 1)];
    manual(&server, &calls)[1].assert_blocked(MALFORMED);
    assert_eq!(server.log.decisions(500), ["needs_approval", MALFORMED]);
    assert!(server.log.details().iter().any(|detail| detail.contains("expired")));
    assert_eq!((server.log.bodies(500), server.log.bodies(1)), (0, 1));
}

/// A state of a server with another key, and of one with the same key that shares no store.
#[test]
fn a_state_of_another_server_does_not_open() {
    let first = Server::http(SHOP, &["key=a"]);
    let asked = manual(&first, &[question("q", 600)]);
    for key in ["key=b", "key=a"] {
        let second = Server::http(SHOP, &[key]);
        let requests = asked[0].result.as_ref().unwrap()["inputRequests"].as_object().unwrap();
        let under = requests.keys().next().unwrap();
        let stolen =
            json!({ "state": { "text": state(&asked[0]), "key": under }, "answers": yes() });
        let calls = [call("stolen", "buy", 600).manual(stolen), call("after", "buy", 1)];
        manual(&second, &calls)[0].assert_blocked(MALFORMED);
        assert_eq!(second.log.decisions(600), [MALFORMED], "{key}");
        assert_eq!((second.log.bodies(600), second.log.bodies(1)), (0, 1), "{key}");
    }
}

#[test]
fn a_store_that_fails_denies() {
    let server = Server::stdio(SHOP, &["key=k", "pending=full"]);
    let calls = [question("q", 700), call("after", "buy", 1)];
    manual(&server, &calls)[0].assert_blocked("unavailable");
    assert_eq!((server.log.bodies(700), server.log.bodies(1)), (0, 1));

    let server = Server::stdio(SHOP, &["key=k", "pending=broken"]);
    let calls = [question("q", 700), answer("yes", 700, "q", yes()), call("after", "buy", 1)];
    manual(&server, &calls)[1].assert_blocked("unavailable");
    assert_eq!(server.log.decisions(700), ["needs_approval", "unavailable"]);
    assert_eq!((server.log.bodies(700), server.log.bodies(1)), (0, 1));
}

/// Over HTTP somebody has to say who calls: no token, no identity, no call.
#[test]
fn a_caller_that_is_not_identified_is_denied() {
    let server = Server::http(SHOP, &[]);
    let mut nobody = call("nobody", "buy", 2);
    nobody.token = Some("eve");
    manual(&server, &[nobody, call("after", "buy", 1)])[0].assert_blocked("not_configured");
    assert_eq!(server.log.decisions(2), ["not_configured"]);
    let entry = server.log.entries().into_iter().find(|entry| entry["arguments"]["cents"] == 2);
    assert_eq!(entry.unwrap()["subject"]["agent"], "unknown");
    assert_eq!((server.log.bodies(2), server.log.bodies(1)), (0, 1));
}
