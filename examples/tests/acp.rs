//! `acp_agent`, as an editor drives it.
#![cfg(feature = "acp")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

struct Editor {
    agent: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
}

/// What a prompt led to.
struct Seen {
    said: String,
    /// The text of each question.
    asked: Vec<String>,
    failed: bool,
}

impl Editor {
    fn start() -> Self {
        let mut path: PathBuf = env::current_exe().unwrap();
        path.pop();
        if path.ends_with("deps") {
            path.pop();
        }
        let program = path.join("examples").join(format!("acp_agent{}", env::consts::EXE_SUFFIX));
        let mut agent = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run `cargo test`", program.display()));
        let input = agent.stdin.take().unwrap();
        let output = BufReader::new(agent.stdout.take().unwrap());
        let mut editor = Self { agent, input, output, requests: 0 };
        editor.request("initialize", json!({"protocolVersion": 1}), "");
        let (session, _) = editor.request("session/new", json!({"cwd": "/", "mcpServers": []}), "");
        assert_eq!(session["sessionId"], "session-1");
        editor
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn request(&mut self, method: &str, params: Value, click: &str) -> (Value, Seen) {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let mut seen = Seen { said: String::new(), asked: Vec::new(), failed: false };
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the agent is gone");
            let message: Value = serde_json::from_str(&line).unwrap();
            let update = &message["params"]["update"];
            match message["method"].as_str() {
                Some("session/update") => {
                    seen.said.push_str(update["content"]["text"].as_str().unwrap_or_default());
                    seen.failed |= update["status"] == "failed";
                }
                Some("session/request_permission") => {
                    let text = &message["params"]["toolCall"]["content"][0]["content"]["text"];
                    seen.asked.push(text.as_str().unwrap().to_owned());
                    let options = message["params"]["options"].as_array().unwrap();
                    let option = options.iter().find(|option| option["kind"] == click).unwrap();
                    let outcome = json!({"outcome": "selected", "optionId": option["optionId"]});
                    let result = json!({"outcome": outcome});
                    self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
                }
                _ if message["id"] == id => return (message["result"].clone(), seen),
                _ => {}
            }
        }
    }

    fn prompt(&mut self, text: &str, click: &str) -> Seen {
        let prompt = json!({"sessionId": "session-1", "prompt": [{"type": "text", "text": text}]});
        let (ended, seen) = self.request("session/prompt", prompt, click);
        assert_eq!(ended["stopReason"], "end_turn");
        seen
    }

    /// Closes the input; what was written to the audit log.
    fn log(self) -> String {
        drop(self.input);
        let output = self.agent.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn small_purchases_pass_large_ones_ask_and_refunds_are_denied() {
    let mut editor = Editor::start();
    assert!(editor.prompt("prices", "").said.contains("80.00 EUR"));

    let small = editor.prompt("buy 8000 coachella.com", "");
    assert_eq!(
        (small.said.as_str(), small.asked.len()),
        ("bought for 80.00 EUR at coachella.com", 0)
    );

    let large = editor.prompt("buy 12000 coachella.com", "allow_once");
    assert_eq!(large.said, "bought for 120.00 EUR at coachella.com");
    let [question] = large.asked.as_slice() else { panic!("asked once: {:?}", large.asked) };
    for line in [
        "\nQuestion may the agent spend more than 100.00 EUR at once?\n",
        "\nRule     large-purchases\n",
        "\nResource Vendor \"coachella.com\"\n",
        "\nArgument cents = 12000\n",
    ] {
        assert!(question.contains(line), "no `{line}`: {question}");
    }

    let rejected = editor.prompt("buy 12000 coachella.com", "reject_once");
    assert_eq!(rejected.said, "Blocked: a person declined");
    assert!(rejected.failed && rejected.asked.len() == 1);

    let too_large = editor.prompt("buy 74200 coachella.com", "allow_once");
    assert_eq!(too_large.said, "Blocked: purchases over 500.00 EUR are not allowed");
    assert!(too_large.failed && too_large.asked.is_empty(), "nobody is asked");

    let refund = editor.prompt("refund 17 coachella.com", "allow_once");
    assert_eq!(refund.said, "Blocked: refunds are made by people");
    assert!(refund.failed && refund.asked.is_empty(), "nobody is asked");

    let log = editor.log();
    assert_eq!(log.matches(">>> the card is charged").count(), 2, "{log}");
    assert_eq!(log.matches(">>> money is given back").count(), 0, "{log}");
    assert_eq!(log.matches(r#""verdict":"allow""#).count(), 2, "{log}");
    // With the canary.
    assert_eq!(log.matches(r#""verdict":"deny""#).count(), 4, "{log}");
}
