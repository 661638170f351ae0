//! The TypeScript SDK, the Python SDK, and the client of the agent that this project began with.

use std::process::Command;

use failclosed_peers::{
    acp::{Log, drive},
    node, python,
};
use serde_json::{Value, json};

use super::{AGENT, IMPATIENT, PATIENT, assert_denied_then_healthy};

fn typescript() -> Command {
    node("acp_ts.mjs")
}

fn py() -> Command {
    python("python", "acp_py.py")
}

fn gptme() -> Command {
    python("gptme", "acp_py.py")
}

fn run(client: Command, behaviour: &str, patience: &str) -> (Log, Value) {
    let log = Log::new();
    let path = log.0.display().to_string();
    let seen = drive(client, &[AGENT, &path, patience, "spawn"], behaviour);
    (log, seen)
}

/// One row: the cause, no body, one record, and the same client goes on.
fn denied(client: Command, behaviour: &str, cause: &str) -> Value {
    let patience = if cause == "timed_out" { IMPATIENT } else { PATIENT };
    let (log, seen) = run(client, behaviour, patience);
    assert_denied_then_healthy(&log, cause, behaviour);
    // The user is shown the denial, and the model's reply says so too.
    let failed = seen["updates"].as_array().unwrap().iter().find(|update| {
        update["sessionUpdate"] == "tool_call_update" && update["status"] == "failed"
    });
    let shown = failed.unwrap_or_else(|| panic!("{behaviour}: no failed tool call: {seen}"));
    assert!(shown.to_string().contains("locked"), "{behaviour}: {shown}");
    seen
}

fn allowed(client: Command, behaviour: &str) -> Value {
    let (log, seen) = run(client, behaviour, PATIENT);
    assert_eq!(log.events(), ["allow", "ran", "allow", "ran"], "{}", log.why());
    assert_eq!(seen["stops"], json!(["end_turn", "end_turn"]), "{seen}");
    seen
}

const NEVER_OFFERED: [&str; 7] = [
    "id=allow-once",
    "id=allow_once",
    "id=allow-always",
    "id=allow",
    "id=reject",
    "id=",
    "wrong case",
];

#[test]
fn typescript_allows() {
    let seen = allowed(typescript(), "allow");
    let question = &seen["asked"][0];
    let kinds: Vec<_> =
        question["options"].as_array().unwrap().iter().map(|o| &o["kind"]).collect();
    assert_eq!(kinds, ["allow_once", "reject_once"], "nothing to allow always");
    let text = question["toolCall"]["content"][0]["content"]["text"].as_str().unwrap();
    assert!(text.starts_with("```text\nQuestion really buy it?\n"), "{text}");
    assert!(
        text.contains("\nArgument vendor = \"first.example\"\nArgument amount = 742\n"),
        "{text}"
    );
    let input = &question["toolCall"]["rawInput"];
    assert_eq!(input["Argument vendor"], "\"first.example\"", "{input}");
    // Each question has ids of its own.
    let ids = |n: usize| seen["asked"][n]["options"][0]["optionId"].clone();
    assert_ne!(ids(0), ids(1));
}

#[test]
fn typescript_rejects_or_cancels() {
    denied(typescript(), "reject", "denied");
    denied(typescript(), "cancelled", "denied");
}

#[test]
fn typescript_selects_what_was_never_offered() {
    for behaviour in NEVER_OFFERED {
        denied(typescript(), behaviour, "malformed");
    }
}

/// Kept from the question before.
#[test]
fn typescript_selects_an_old_option() {
    let (log, _) = run(typescript(), "old id", PATIENT);
    assert_eq!(log.events(), ["denied", "malformed"]);
}

#[test]
fn typescript_answers_something_else() {
    for shape in [
        r#"{}"#,
        r#"null"#,
        r#"true"#,
        r#""ALLOW""#,
        r#"{"outcome":"allow"}"#,
        r#"{"outcome":"selected","optionId":"ALLOW"}"#,
        r#"{"allowed":true,"outcome":{"outcome":"allowed"}}"#,
        r#"{"outcome":{"outcome":"selected"}}"#,
        r#"{"outcome":{"outcome":"allowed","optionId":"ALLOW"}}"#,
        r#"{"outcome":{"outcome":"Selected","optionId":"ALLOW"}}"#,
        r#"{"outcome":{"outcome":"selected","optionId":["ALLOW"]}}"#,
        r#"{"outcome":{"outcome":"selected","option_id":"ALLOW"}}"#,
        r#"{"outcome":{"outcome":"selected","optionId":"ALLOW","approved":false}}"#,
        r#"{"outcome":{"outcome":"selected","optionId":"ALLOW"},"outcomes":[]}"#,
        r#"[{"outcome":{"outcome":"selected","optionId":"ALLOW"}}]"#,
    ] {
        denied(typescript(), &format!("raw={shape}"), "malformed");
    }
}

/// `_meta` is where the protocol puts what is not its own.
#[test]
fn typescript_may_add_its_own_data() {
    let shape =
        r#"{"outcome":{"outcome":"selected","optionId":"ALLOW","_meta":{"a":1}},"_meta":{}}"#;
    allowed(typescript(), &format!("raw={shape}"));
}

#[test]
fn typescript_throws() {
    denied(typescript(), "throws", "unavailable");
}

#[test]
fn typescript_never_answers() {
    denied(typescript(), "hangs", "timed_out");
}

#[test]
fn typescript_cancels_and_then_allows() {
    let seen = denied(typescript(), "cancel, then allow", "denied");
    assert_eq!(seen["stops"], json!(["cancelled", "end_turn"]), "{seen}");
}

/// Whether the cancel is heard while the yes is held back or while it is written down, the body has not
/// begun.
#[test]
fn typescript_allows_and_cancels_at_once() {
    let log = Log::new();
    let path = log.0.display().to_string();
    let agent = [AGENT, path.as_str(), PATIENT, "hold"];
    let seen = drive(typescript(), &agent, "allow, then cancel");
    assert_eq!(seen["stops"], json!(["cancelled", "end_turn"]), "{seen}");
    let events = log.events();
    let taken_back = ["allow", "denied", "allow", "ran"];
    assert!(events == taken_back[1..] || events == taken_back, "{events:?}");
}

/// The client is gone: an error of the connection, or the end of the call, whichever comes first.
#[test]
fn clients_that_go_away() {
    for client in [typescript(), py()] {
        let (log, _) = run(client, "exits", PATIENT);
        let events = log.settle();
        assert!(events == ["unavailable"] || events == ["cancelled"], "{events:?}");
    }
}

#[test]
fn python_allows() {
    allowed(py(), "allow");
}

#[test]
fn python_denies_in_every_way() {
    for (behaviour, cause) in [
        // Its SDK calls what carries a rejection `AllowedOutcome`.
        ("reject", "denied"),
        ("cancelled", "denied"),
        ("throws", "unavailable"),
        ("hangs", "timed_out"),
        ("cancel, then allow", "denied"),
    ] {
        denied(py(), behaviour, cause);
    }
    for behaviour in NEVER_OFFERED {
        denied(py(), behaviour, "malformed");
    }
}

/// It answers for its user unless it is told not to: no agent can tell.
#[test]
fn gptme_confirms_by_itself_or_cancels() {
    allowed(gptme(), "gptme=yes");
    denied(gptme(), "gptme=no", "denied");
}
