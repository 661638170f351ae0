//! A model for an agent to talk to: aimock, a program that answers as OpenAI's API does from a script,
//! and keeps what it was sent.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    http::{Call, Client},
    npm,
    server::{Place, Server, http},
};

/// A running model. It says what its script has for a message, and nothing to any other.
pub struct Model(Server);

/// One thing that it says: `when` it is asked this, then that.
pub fn says(when: Value, then: Value) -> Value {
    json!({"match": when, "response": then})
}

/// As a model calls a tool.
pub fn calls(id: &str, name: &str, arguments: Value) -> Value {
    json!({"id": id, "name": name, "arguments": arguments})
}

impl Model {
    /// Starts one that takes its time over each answer.
    pub fn start(script: &[Value], thinks_ms: u64) -> Self {
        let place = Place::new();
        let address = place.port();
        fs::create_dir_all(&place.folder).expect("a folder for the script");
        let file = place.folder.join("script.json");
        fs::write(&file, json!({"fixtures": script}).to_string()).expect("the script is written");
        let program = npm("@copilotkit/aimock").join("dist/cli.js");
        let command = move || {
            let mut command = Command::new("node");
            command.arg(&program).args(["--strict", "--validate-on-load", "--fixtures"]).arg(&file);
            command.args(["--host", &address.ip().to_string()]);
            command.args(["--port", &address.port().to_string()]);
            command.args(["--chaos-latency", &thinks_ms.to_string()]);
            command
        };
        let ready =
            move || http(address, "GET", "/health", "").is_some_and(|(status, _)| status == 200);
        Self(Server::start(address, place.folder, command, ready))
    }

    /// Where an agent finds it.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.0.address)
    }

    /// What it was sent to complete, in order.
    pub fn read(&self) -> Vec<Value> {
        let url = format!("http://{}", self.0.address);
        let reply = Client::Fetch.sends(&url, Call::new("GET", "/__aimock/journal"));
        let journal: Vec<Value> = serde_json::from_str(&reply.body).expect("a journal");
        let completions = |entry: &&Value| entry["path"] == "/v1/chat/completions";
        journal.iter().filter(completions).map(|entry| entry["body"].clone()).collect()
    }

    /// What the tools said, as it read that last.
    pub fn tool_results(&self) -> Vec<(String, String)> {
        let read = self.read();
        let messages = read.last().expect("it was sent something")["messages"].clone();
        let results = messages.as_array().unwrap().iter().filter(|one| one["role"] == "tool");
        // As text, or as one part that is text.
        let text = |value: &Value| {
            let text = value.as_str().or(value[0]["text"].as_str());
            text.unwrap_or_else(|| panic!("no text: {value}")).to_owned()
        };
        results.map(|one| (text(&one["tool_call_id"]), text(&one["content"]))).collect()
    }
}
