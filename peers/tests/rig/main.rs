//! The example `rig_tool`, as it is: rig's agent and client, and a model in a process of its own that
//! other people wrote (aimock, which answers as OpenAI's API does, from a script). What the model was
//! sent is in its journal: all that a model can know of a denial.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod insists;
mod outages;
mod reads;

use failclosed_peers::{
    example::Example,
    model::{Model, calls, says},
};
use serde_json::{Value, json};

const AGENT: &str = env!("CARGO_BIN_EXE_rig_tool_example");

const PROMPT: &str = "buy me a ticket";

/// What the agent is told that the model says of a purchase.
fn purchase(id: &str, cents: i64) -> Value {
    calls(id, "purchase", json!({"vendor": "coachella.com", "cents": cents}))
}

/// A model that makes these calls, all in its first turn, and then says something.
fn calling(tool_calls: &[Value]) -> Vec<Value> {
    vec![
        says(
            json!({"userMessage": PROMPT, "hasToolResult": false}),
            json!({"toolCalls": tool_calls}),
        ),
        says(json!({"hasToolResult": true}), json!({"content": "that is all"})),
    ]
}

/// Runs the agent with a model, to its end.
fn run(script: &[Value]) -> (Model, Example) {
    let model = Model::start(script, 0);
    let mut agent = agent(&model, &[]);
    let status = agent.end();
    assert!(status.success(), "{}", agent.text());
    (model, agent)
}

fn agent(model: &Model, options: &[&str]) -> Example {
    let url = model.url();
    let mut args = vec!["--base-url", &*url, "--model", "a-model", PROMPT];
    args.extend(options);
    Example::start(AGENT, &args)
}

/// The model was sent the texts that it may read, and nothing of what only operators may know.
fn leaks_nothing(model: &Model, agent: &Example) {
    let sent: String = model.read().iter().map(Value::to_string).collect();
    let secrets = ["alice", "shopper", "spending-limit", "large-purchases", "127.", "authzen"];
    for secret in secrets {
        assert!(!sent.contains(secret), "the model reads `{secret}`: {sent}");
    }
    for record in agent.decisions() {
        for operators in ["call", "digest", "detail", "rule", "decision_id"] {
            let Some(known) = record[operators].as_str() else { continue };
            assert!(!sent.contains(known), "the model reads the {operators}: {sent}");
        }
    }
}
