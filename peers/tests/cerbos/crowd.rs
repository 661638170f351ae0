//! A crowd of checks while the server dies and comes back: each is its own outcome, and a body runs
//! only for an answer that was really given.

use std::{collections::HashSet, sync::Arc, time::Duration};

use failclosed::{Cause, audit::Outcome};
use failclosed_peers::servers::{cerbos, cerbos_decisions};
use failclosed_tests::{Running, decisions, outcomes};
use serde_json::Value;
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::{authority, remote};

/// The policy's limit: every tenth of the amounts asked for is above it.
const LIMIT: u64 = 1000;

/// An amount of its own for each check, by which both logs name it.
fn amounts(numbers: std::ops::Range<u64>) -> impl Iterator<Item = u64> {
    numbers.map(|number| if number % 10 == 9 { LIMIT + number } else { number })
}

async fn decided(running: &Running, count: usize) {
    while decisions(&running.log).len() < count {
        sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_checks_while_the_server_is_killed_and_returns() {
    let mut server = cerbos("cerbos", &[]);
    let running = Arc::new(remote(authority(&server)).build());
    let mut crowd = JoinSet::new();
    let join = |crowd: &mut JoinSet<_>, numbers| {
        for amount in amounts(numbers) {
            let running = running.clone();
            crowd
                .spawn(async move { (amount, running.shop.charge("coachella.com", amount).await) });
        }
    };

    // Killed in the midst of the first, away for the second, back for the third.
    join(&mut crowd, 0..400);
    decided(&running, 100).await;
    server.kill();
    join(&mut crowd, 400..600);
    decided(&running, 600).await;
    let server = spawn_blocking(move || {
        server.restart();
        server
    });
    let server = server.await.unwrap();
    join(&mut crowd, 600..1000);

    let (mut charged, mut denied, mut lost) = (HashSet::new(), 0, 0);
    while let Some(joined) = crowd.join_next().await {
        match joined.unwrap() {
            (amount, Ok(paid)) => {
                assert_eq!(amount, paid);
                assert!(amount <= LIMIT, "{amount} is above the limit");
                charged.insert(amount);
            }
            (amount, Err(denial)) => match denial.cause() {
                Cause::Denied => {
                    assert!(amount > LIMIT, "{amount} was denied: {denial:?}");
                    denied += 1;
                }
                Cause::Unavailable | Cause::TimedOut => lost += 1,
                cause @ (Cause::NeedsApproval
                | Cause::Malformed
                | Cause::NotConfigured
                | Cause::Unrecorded
                | Cause::Cancelled) => panic!("{cause}: {denial:?}"),
            },
        }
    }
    println!("{} charged, {denied} denied, {lost} without an answer", charged.len());
    // 100 had an outcome before, of which 40 may be a no; 200 could have none; 400 had to have one.
    assert!(charged.len() >= 360 + 60 && denied >= 40 && lost >= 200);

    // One record of each; a body for each allow, and none besides.
    let all = decisions(&running.log);
    assert_eq!(all.len(), 1000);
    let calls: HashSet<_> = all.iter().map(|decision| &decision.call).collect();
    assert_eq!(calls.len(), 1000, "a call was decided twice");
    let allowed: HashSet<_> = all
        .iter()
        .filter(|decision| decision.verdict == "allow")
        .map(|decision| decision.arguments["amount"].as_u64().unwrap())
        .collect();
    assert_eq!(allowed, charged);
    assert_eq!(running.shop.bodies(), charged.len());
    let outcomes = outcomes(&running.log);
    assert_eq!(outcomes.len(), charged.len());
    assert!(outcomes.iter().all(|outcome| outcome.outcome == Outcome::Completed));

    // And the server did say yes to each of them. What it had answered when it was killed, and not yet
    // written down, its own log lacks: some of the first.
    let said_yes: HashSet<_> = cerbos_decisions(&server).lines().filter_map(yes).collect();
    let unsaid: Vec<_> = charged.difference(&said_yes).collect();
    let cut = unsaid.len() <= 20 && unsaid.iter().all(|amount| **amount < 400);
    assert!(cut, "charged without an allow: {unsaid:?}");
    running.healthy().await;
}

/// The amount that a line of Cerbos's audit log says yes to.
fn yes(line: &str) -> Option<u64> {
    // What was being written when the server was killed may be half a line.
    let line: Value = serde_json::from_str(line).ok()?;
    let check = &line["checkResources"];
    let effect = &check["outputs"][0]["actions"]["purchase"]["effect"];
    if effect != "EFFECT_ALLOW" {
        return None;
    }
    Some(check["inputs"][0]["resource"]["attr"]["amount"].as_f64()? as u64)
}
