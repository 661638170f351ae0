//! The permission server goes away while the model thinks.

use failclosed_peers::{example::Example, model::Model, server::Server, servers::cerbos};

use crate::{agent, calling, leaks_nothing, purchase};

/// Longer than it takes to do something to a server.
const THINKS_MS: u64 = 3_000;

/// Runs the agent; `meanwhile` happens after its guard has found the server well, and before the model
/// calls the tool.
fn run(meanwhile: impl FnOnce(&mut Server)) -> (Model, Example) {
    let mut server = cerbos("cerbos_shop", &[]);
    let model = Model::start(&calling(&[purchase("call_1", 8_000)]), THINKS_MS);
    let authority = format!("http://{}", server.address);
    let mut agent = agent(&model, &["--authority", &authority]);
    agent.wait_for(|agent| agent.text().contains("failclosed:canary").then_some(()));
    meanwhile(&mut server);
    assert_eq!(agent.decisions().len(), 0, "the model was faster");
    let status = agent.end();
    assert!(status.success(), "{}", agent.text());
    leaks_nothing(&model, &agent);
    (model, agent)
}

#[test]
fn a_server_that_is_well_allows() {
    let (model, agent) = run(|_| ());
    assert_eq!((agent.verdicts(), agent.bodies()), (vec!["allow".to_owned()], 1));
    assert_eq!(model.tool_results()[0].1, r#"{"receipt":"80.00 EUR at coachella.com"}"#);
}

#[test]
fn an_outage_is_said_and_nothing_is_bought() {
    type Fault = fn(&mut Server);
    let rows: [(Fault, &str, &str); 2] = [
        (Server::kill, "unavailable", "the permission authority could not be reached"),
        (|server| server.stop(), "timed_out", "the permission authority did not answer in time"),
    ];
    for (fault, cause, why) in rows {
        let (model, agent) = run(fault);
        assert_eq!((agent.verdicts(), agent.bodies()), (vec![cause.to_owned()], 0));
        let text = format!("Permission check unavailable. Action blocked. ({why})");
        assert_eq!(model.tool_results()[0].1, text);
    }
}
