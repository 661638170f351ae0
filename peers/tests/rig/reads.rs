//! What the model reads, and how often the body ran.

use failclosed_peers::{example::Example, model::Model};
use serde_json::{Value, json};

use crate::{AGENT, calling, leaks_nothing, purchase, run};

fn one(cents: i64) -> (Vec<(String, String)>, Vec<String>, usize) {
    let (model, agent) = run(&calling(&[purchase("call_1", cents)]));
    // The question, and what came of it.
    assert_eq!(model.read().len(), 2);
    leaks_nothing(&model, &agent);
    (model.tool_results(), agent.verdicts(), agent.bodies())
}

#[test]
fn an_allow_is_a_receipt() {
    let (read, verdicts, bodies) = one(8_000);
    let [(call, receipt)] = &read[..] else { panic!("{read:?}") };
    assert_eq!(call, "call_1");
    let receipt: Value = serde_json::from_str(receipt).expect("the tool's own output");
    assert_eq!(receipt, json!({"receipt": "80.00 EUR at coachella.com"}));
    assert_eq!((verdicts, bodies), (vec!["allow".to_owned()], 1));
}

#[test]
fn a_denial_is_its_safe_text_and_no_more() {
    let rows = [
        (74_200, "Blocked: purchases over 500.00 EUR are not allowed", "denied"),
        (-8_000, "Blocked: an amount is at least 0.01 EUR", "denied"),
        (
            12_000,
            "Blocked: a person must approve this. (may the agent spend more than 100.00 EUR at once?)",
            "needs_approval",
        ),
    ];
    for (cents, text, cause) in rows {
        let (read, verdicts, bodies) = one(cents);
        assert_eq!(read, [("call_1".to_owned(), text.to_owned())]);
        assert_eq!((verdicts, bodies), (vec![cause.to_owned()], 0));
    }
}

/// Calls of one turn are decided one by one.
#[test]
fn each_call_of_a_turn_has_its_own_answer() {
    let tool_calls =
        [purchase("call_a", 74_200), purchase("call_b", 8_000), purchase("call_c", 50_001)];
    let (model, agent) = run(&calling(&tool_calls));
    let read = model.tool_results();
    let of = |call: &str| {
        let found = read.iter().find(|(id, _)| id == call);
        found.unwrap_or_else(|| panic!("nothing for {call}: {read:?}")).1.clone()
    };
    assert_eq!(of("call_a"), "Blocked: purchases over 500.00 EUR are not allowed");
    assert_eq!(of("call_b"), r#"{"receipt":"80.00 EUR at coachella.com"}"#);
    assert_eq!(of("call_c"), "Blocked: purchases over 500.00 EUR are not allowed");
    let mut verdicts = agent.verdicts();
    verdicts.sort_unstable();
    assert_eq!(
        (verdicts, agent.bodies()),
        (vec!["allow".into(), "denied".into(), "denied".into()], 1)
    );
    leaks_nothing(&model, &agent);
}

/// What `examples/README.md` says one sees.
#[test]
fn the_readme_is_right() {
    let script: Value =
        serde_json::from_str(include_str!("../../../examples/shop/model.json")).unwrap();
    let script = script["fixtures"].as_array().unwrap();
    let rows = [
        ("Buy me a concert ticket.", r#"{"receipt":"80.00 EUR at coachella.com"}"#, "I bought it."),
        (
            "Buy me a box seat.",
            "Blocked: a person must approve this. (may the agent spend more than 100.00 EUR at once?)",
            "I could not buy it.",
        ),
        (
            "Buy me a festival pass.",
            "Blocked: purchases over 500.00 EUR are not allowed",
            "I could not buy it.",
        ),
    ];
    for (prompt, reads, says) in rows {
        let model = Model::start(script, 0);
        let mut agent = Example::start(AGENT, &["--base-url", &model.url(), prompt]);
        assert!(agent.end().success(), "{}", agent.text());
        let text = agent.text();
        for line in [format!("    the model reads: {reads}"), format!("The model says: {says}")] {
            assert!(text.lines().any(|said| said == line), "no `{line}`:\n{text}");
        }
        assert_eq!(model.tool_results()[0].1, reads);
        assert_eq!(agent.bodies(), usize::from(says == "I bought it."));
    }
}
