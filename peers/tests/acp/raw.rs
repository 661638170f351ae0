//! What no SDK sends: answers that come twice, too late, all at once, or from nobody.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use failclosed_peers::acp::Log;
use serde_json::{Value, json};

use super::{AGENT, IMPATIENT, PATIENT, assert_denied_then_healthy};

struct Raw {
    agent: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    log: Log,
    prompts: u64,
}

impl Raw {
    fn start(patience: &str, mode: &str) -> Self {
        let log = Log::new();
        let mut agent = Command::new(AGENT)
            .arg(&log.0)
            .args([patience, mode])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = agent.stdin.take();
        let output = BufReader::new(agent.stdout.take().unwrap());
        let mut raw = Self { agent, input, output, log, prompts: 0 };
        let hello = json!({"protocolVersion": 1, "clientCapabilities": {}});
        raw.send(&[json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": hello})]);
        raw.until(|message| message["id"] == "a");
        let new = json!({"cwd": "/", "mcpServers": []});
        raw.send(&[json!({"jsonrpc": "2.0", "id": "b", "method": "session/new", "params": new})]);
        raw.until(|message| message["id"] == "b");
        raw
    }

    /// All in one write.
    fn send(&mut self, messages: &[Value]) {
        let text: String = messages.iter().map(|message| format!("{message}\n")).collect();
        self.input.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the agent went away");
            let message = serde_json::from_str(&line).unwrap();
            if is_it(&message) {
                return message;
            }
        }
    }

    fn prompt(&mut self) -> u64 {
        self.prompts += 1;
        let text = json!([{"type": "text", "text": "some.example"}]);
        let params = json!({"sessionId": "session-1", "prompt": text});
        let id = self.prompts;
        self.send(&[
            json!({"jsonrpc": "2.0", "id": id, "method": "session/prompt", "params": params}),
        ]);
        id
    }

    fn question(&mut self) -> Question {
        let message = self.until(|message| message["method"] == "session/request_permission");
        let id = |n: usize| message["params"]["options"][n]["optionId"].clone();
        Question { id: message["id"].clone(), allow: id(0), reject: id(1) }
    }

    fn ended(&mut self, prompt: u64) -> Value {
        self.until(|message| message["id"] == prompt && message["method"].is_null())
    }

    /// Prompts once more, and allows.
    fn goes_on(&mut self) {
        let prompt = self.prompt();
        let question = self.question();
        self.send(&[question.answer(&question.allow)]);
        assert_eq!(self.ended(prompt)["result"]["stopReason"], "end_turn");
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _gone = self.agent.kill();
        let _gone = self.agent.wait();
    }
}

struct Question {
    id: Value,
    allow: Value,
    reject: Value,
}

impl Question {
    fn answer(&self, option: &Value) -> Value {
        let outcome = json!({"outcome": "selected", "optionId": option});
        json!({"jsonrpc": "2.0", "id": self.id, "result": {"outcome": outcome}})
    }
}

fn cancel() -> Value {
    json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": "session-1"}})
}

/// The first answer counts.
#[test]
fn a_second_answer_changes_nothing() {
    let mut raw = Raw::start(PATIENT, "spawn");
    let prompt = raw.prompt();
    let question = raw.question();
    raw.send(&[question.answer(&question.reject), question.answer(&question.allow)]);
    raw.ended(prompt);
    raw.goes_on();
    assert_denied_then_healthy(&raw.log, "denied", "reject, allow");
    // And a yes that comes twice is one yes.
    let mut raw = Raw::start(PATIENT, "spawn");
    let prompt = raw.prompt();
    let question = raw.question();
    raw.send(&[question.answer(&question.allow), question.answer(&question.allow)]);
    raw.ended(prompt);
    raw.goes_on();
    assert_eq!(raw.log.events(), ["allow", "ran", "allow", "ran"]);
}

/// In one write, in whatever order: who cancels means it. Behind the yes it may be heard in the moment
/// for which that is held back, or while the yes is written down: never after the body has begun,
/// because the log waits for it.
#[test]
fn a_cancel_wins_over_a_yes() {
    for cancel_first in [true, false] {
        let mut raw = Raw::start(PATIENT, "hold");
        let prompt = raw.prompt();
        let question = raw.question();
        let mut both = [question.answer(&question.allow), cancel()];
        if cancel_first {
            both.reverse();
        }
        raw.send(&both);
        assert_eq!(raw.ended(prompt)["result"]["stopReason"], "cancelled");
        raw.goes_on();
        let events = raw.log.events();
        let taken_back = ["allow", "denied", "allow", "ran"];
        assert!(events == taken_back[1..] || !cancel_first && events == taken_back, "{events:?}");
    }
}

/// Behind it, too, whenever the host has heard of it before the body begins. Here the yes is on record
/// already, and the log is not done with it: nothing but the body is left.
#[test]
fn a_cancel_before_the_body_takes_the_yes_back() {
    let mut raw = Raw::start(PATIENT, "hold");
    let prompt = raw.prompt();
    let question = raw.question();
    raw.send(&[question.answer(&question.allow)]);
    assert_eq!(raw.log.settle(), ["allow"]);
    raw.send(&[cancel()]);
    assert_eq!(raw.ended(prompt)["result"]["stopReason"], "cancelled");
    raw.goes_on();
    assert_eq!(raw.log.events(), ["allow", "denied", "allow", "ran"]);
}

/// The yes of a turn that is over: for this question, and for the next one.
#[test]
fn an_answer_after_the_turn_is_nobodys() {
    let mut raw = Raw::start(PATIENT, "spawn");
    let prompt = raw.prompt();
    let old = raw.question();
    raw.send(&[cancel()]);
    raw.ended(prompt);
    raw.send(&[old.answer(&old.allow)]);
    let prompt = raw.prompt();
    let question = raw.question();
    assert_ne!(question.allow, old.allow);
    raw.send(&[old.answer(&old.allow), question.answer(&old.allow)]);
    raw.ended(prompt);
    raw.goes_on();
    assert_eq!(raw.log.events(), ["denied", "malformed", "allow", "ran"]);
}

/// A late yes is not kept: the agent that this project began with cached one.
#[test]
fn an_answer_after_the_deadline_is_nobodys() {
    let mut raw = Raw::start(IMPATIENT, "spawn");
    let prompt = raw.prompt();
    let question = raw.question();
    // The client is told that nobody waits any more.
    raw.until(|message| message["method"] == "$/cancel_request");
    raw.ended(prompt);
    raw.send(&[question.answer(&question.allow)]);
    raw.goes_on();
    assert_denied_then_healthy(&raw.log, "timed_out", "late");
}

#[test]
fn errors_are_no_answers() {
    for error in [
        json!({"code": -32603, "message": "allow"}),
        json!({"code": -32800, "message": "cancelled"}),
        json!({"code": 0, "message": ""}),
    ] {
        let mut raw = Raw::start(PATIENT, "spawn");
        let prompt = raw.prompt();
        let question = raw.question();
        raw.send(&[json!({"jsonrpc": "2.0", "id": question.id, "error": error})]);
        raw.ended(prompt);
        raw.goes_on();
        assert_denied_then_healthy(&raw.log, "unavailable", "error");
    }
}

/// What a derived decoder would read as a yes, and a yes that says more.
#[test]
fn what_is_not_exactly_an_outcome_is_none() {
    type Odd = fn(&Value) -> Value;
    let odd: [Odd; 9] = [
        |id| json!([["selected", id, null], null]),
        |id| json!([{"outcome": "selected", "optionId": id}, null]),
        |id| json!({"outcome": ["selected", id, null]}),
        |id| json!({"outcome": ["selected", id, {"rejected": true}]}),
        |id| json!({"outcome": {"outcome": {"selected": null}, "optionId": id}}),
        |id| json!({"outcome": {"outcome": "selected", "optionId": id, "rejected": true}}),
        |id| json!({"outcome": {"outcome": "selected", "optionId": id}, "error": "no"}),
        |id| json!({"outcome": {"outcome": "cancelled", "optionId": id}}),
        |id| json!({"outcome": {"outcome": "selected", "optionId": id, "_meta": []}}),
    ];
    let mut raw = Raw::start(PATIENT, "spawn");
    for odd in odd {
        let prompt = raw.prompt();
        let question = raw.question();
        let result = odd(&question.allow);
        raw.send(&[json!({"jsonrpc": "2.0", "id": question.id, "result": result})]);
        raw.ended(prompt);
    }
    assert_eq!(raw.log.events(), ["malformed"; 9]);
    // And what is left out, or written as `null` in its place, is the same yes.
    for meta in [json!(null), json!({}), json!({"trace": "1"})] {
        let prompt = raw.prompt();
        let question = raw.question();
        let mut yes = question.answer(&question.allow);
        yes["result"]["_meta"] = meta.clone();
        yes["result"]["outcome"]["_meta"] = meta;
        raw.send(&[yes]);
        raw.ended(prompt);
    }
    assert_eq!(raw.log.events()[9..], ["allow", "ran"].repeat(3));
}

/// A result and an error at once is neither.
#[test]
fn a_result_beside_an_error_is_no_answer() {
    let mut raw = Raw::start(IMPATIENT, "spawn");
    raw.prompt();
    let question = raw.question();
    let mut both = question.answer(&question.allow);
    both["error"] = json!({"code": 1, "message": "no"});
    raw.send(&[both]);
    let events = raw.log.settle();
    assert!(!events.is_empty() && !events.contains(&"ran".into()), "{events:?}");
    assert_eq!(events.iter().filter(|event| *event == "allow").count(), 0, "{events:?}");
}

/// An answer under another id, and to nothing.
#[test]
fn an_answer_to_another_question_is_none() {
    let mut raw = Raw::start(IMPATIENT, "spawn");
    let prompt = raw.prompt();
    let question = raw.question();
    let mut other = question.answer(&question.allow);
    other["id"] = json!("somebody-elses");
    raw.send(&[other]);
    raw.ended(prompt);
    raw.goes_on();
    assert_denied_then_healthy(&raw.log, "timed_out", "another id");
}

/// A new prompt ends the turn before it, and what that was waiting for.
#[test]
fn a_new_turn_cancels_the_one_before() {
    let mut raw = Raw::start(PATIENT, "spawn");
    let first = raw.prompt();
    let old = raw.question();
    let second = raw.prompt();
    raw.ended(first);
    raw.send(&[old.answer(&old.allow)]);
    let question = raw.question();
    raw.send(&[question.answer(&question.allow)]);
    raw.ended(second);
    assert_denied_then_healthy(&raw.log, "denied", "a new turn");
}

#[test]
fn a_client_that_closes_its_end_is_gone() {
    let mut raw = Raw::start(PATIENT, "spawn");
    raw.prompt();
    raw.question();
    drop(raw.input.take());
    let events = raw.log.settle();
    assert!(events == ["unavailable"] || events == ["cancelled"], "{events:?}");
}

/// The mistake that hangs an agent: to wait in the handler. Here it ends in a denial, in time, and
/// the yes that came is nobody's.
#[test]
fn waiting_in_the_handler_denies_by_the_deadline() {
    let mut raw = Raw::start(IMPATIENT, "block");
    let prompt = raw.prompt();
    let question = raw.question();
    raw.send(&[question.answer(&question.allow)]);
    raw.ended(prompt);
    assert_eq!(raw.log.events(), ["timed_out"]);
}
