//! How a denial reaches the model: as a result that says `isError`, whatever the tool returns.

use std::process::Command;

use failclosed_peers::{
    mcp::{Client, Era, Server, call},
    npm,
};
use serde_json::{Value, json};

use crate::{EXAMPLE, SHOP};

/// Tools with an output schema, which clients check results against; one returns
/// `Result<Json<Receipt>, Denial>`, one `Result<CallToolResult, ErrorData>`.
#[test]
fn a_denial_is_a_result_and_fits_no_schema() {
    let clients = [
        (Client::TypeScriptV1, Era::Legacy),
        (Client::TypeScriptV2, Era::Legacy),
        (Client::TypeScriptV2, Era::Modern),
        (Client::Python, Era::Legacy),
        (Client::Python, Era::Modern),
    ];
    for (client, era) in clients {
        let server = Server::stdio(SHOP, &[]);
        let calls = [call("sell", "sell", 100), call("give", "give", 101), call("buy", "buy", 1)];
        let seen = server.called_by(client, era, true, &calls);
        for seen in &seen[..2] {
            seen.assert_blocked("denied");
            assert_eq!(seen.text(), "Blocked: not sold here", "{client:?} {era:?}");
        }
        for cents in [100, 101] {
            assert_eq!(server.log.decisions(cents), ["denied"]);
            assert_eq!(server.log.bodies(cents), 0);
        }
        assert_eq!(seen[2].result.as_ref().unwrap()["structuredContent"], json!({ "paid": 1 }));
    }
}

/// The inspector's command line: `mcp-inspector --cli PROGRAM ARGS -- METHOD ..`.
fn inspector(server: &[&str], method: &[&str]) -> Value {
    let cli = npm("@modelcontextprotocol/inspector").join("cli/build/cli.js");
    let mut command = Command::new("node");
    command.arg(cli).arg("--cli").args(server).arg("--method").args(method);
    let output = command.output().expect("the inspector starts");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn tool(server: &[&str], name: &str, arguments: &[&str]) -> Value {
    let mut method = vec!["tools/call", "--tool-name", name];
    for argument in arguments {
        method.extend(["--tool-arg", argument]);
    }
    inspector(server, &method)
}

#[test]
fn the_inspector_shows_denials() {
    let server = Server::stdio(SHOP, &[]);
    let log = server.log.option();
    let start = [SHOP, log.as_str()];
    for (name, cents) in [("sell", 100), ("give", 101)] {
        let result = tool(&start, name, &[&format!("cents={cents}")]);
        assert_eq!(result["isError"], true, "{result}");
        assert_eq!(result["content"][0]["text"], "Blocked: not sold here", "{result}");
        assert!(result.get("structuredContent").is_none(), "{result}");
        assert_eq!((server.log.bodies(cents), server.log.decisions(cents).len()), (0, 1));
    }
    // It shows no forms.
    let result = tool(&start, "buy", &["cents=102"]);
    assert_eq!(result["_meta"]["failclosed/cause"], "needs_approval", "{result}");
    let result = tool(&start, "buy", &["cents=1"]);
    assert_eq!((result["isError"].as_bool(), server.log.bodies(1)), (Some(false), 1), "{result}");
}

/// What `examples/README.md` says one sees.
#[test]
fn the_example_does_what_its_readme_says() {
    let start = [EXAMPLE];
    let tools = inspector(&start, &["tools/list"]);
    let names: Vec<_> =
        tools["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["price_list", "purchase", "refund"]);
    let described = |tool: &Value| tool["description"].as_str().is_some_and(|text| text.len() > 10);
    assert!(tools["tools"].as_array().unwrap().iter().all(described), "{tools}");

    let text = |result: &Value| result["content"][0]["text"].as_str().unwrap().to_owned();
    let prices = tool(&start, "price_list", &[]);
    assert!(text(&prices).contains("a concert ticket: 80.00 EUR"), "{prices}");
    let small = tool(&start, "purchase", &["vendor=coachella.com", "cents=8000"]);
    assert_eq!(small["structuredContent"]["receipt"], "80.00 EUR at coachella.com", "{small}");
    let large = tool(&start, "purchase", &["vendor=coachella.com", "cents=12000"]);
    assert_eq!(
        text(&large),
        "Blocked: a person must approve this. (may the agent spend more than 100.00 EUR at once?)"
    );
    let huge = tool(&start, "purchase", &["vendor=coachella.com", "cents=74200"]);
    assert_eq!(text(&huge), "Blocked: purchases over 500.00 EUR are not allowed");
    let refund = tool(&start, "refund", &["vendor=coachella.com", "receipt=1"]);
    assert_eq!(text(&refund), "Blocked: refunds are made by people");
    for denied in [large, huge, refund] {
        assert_eq!(denied["isError"], true, "{denied}");
    }
}

/// Over HTTP it tells callers apart, and lets in none that it does not know.
#[test]
fn the_example_knows_its_callers() {
    let buys = |token| {
        let server = Server::listening(EXAMPLE, &["--http", "0"], token);
        let mut purchase = call("purchase", "purchase", 8000);
        purchase.args["vendor"] = json!("coachella.com");
        let mut client = server.client(Client::TypeScriptV2, Era::Modern, false, &[purchase]);
        let output = client.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let alice = buys("alices-token");
    assert!(alice.contains("80.00 EUR at coachella.com"), "{alice}");
    let mallory = buys("mallorys-token");
    assert!(mallory.contains("Blocked: no policy permits it"), "{mallory}");
    assert_eq!(buys("eves-token"), "", "somebody without a known token was connected");
}
