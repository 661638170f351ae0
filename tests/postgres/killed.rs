//! A process and a server that are killed at any moment: every body that ran is on record.

use std::{
    collections::HashSet,
    env,
    io::Read as _,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use failclosed::audit::Store as _;
use failclosed_tests_databases::killed::{Said, came_of_it};

use crate::{common::Log, server::Server};

const SHOP: &str = env!("CARGO_BIN_EXE_postgres_shop");

/// `FAILCLOSED_KILLS` makes it more.
#[tokio::test]
async fn no_body_ran_unrecorded_whoever_was_killed() {
    let rounds: u64 = env::var("FAILCLOSED_KILLS").map_or(5, |text| text.parse().unwrap());
    let server = Arc::new(Server::start(&[]));
    let (mut ran, mut denied, mut unrecorded, mut records) = (0, 0, 0, 0);
    for round in 0..rounds {
        let log = Log::at(Arc::clone(&server)).await;
        let mut kept = HashSet::new();
        // Twice the same log: first the server is killed under the shop, and then the shop.
        for kills_server in [true, false] {
            let mut shop = Command::new(SHOP)
                .arg(log.url())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            thread::sleep(Duration::from_micros(300_000 + (round * 7_919) % 300_000));
            if kills_server {
                server.kill();
                thread::sleep(Duration::from_millis(50));
            }
            shop.kill().unwrap();
            shop.wait().unwrap();
            if kills_server {
                server.restart();
            }
            let mut said = String::new();
            shop.stdout.take().unwrap().read_to_string(&mut said).unwrap();
            let said = Said::read(&said);
            let end = opened(&log);
            let found = log.records();
            assert_eq!(found.len() as u64, end);
            // A denial of its own is one with and without a record, where there is no server.
            let denials = if kills_server { HashSet::new() } else { said.denied.clone() };
            let said = Said { denied: denials, ..said };
            said.is_on_record(&found);
            let hashes: HashSet<_> = found.iter().map(|record| record.hash.clone()).collect();
            assert!(hashes.is_superset(&kept), "round {round}");
            kept = hashes;
            ran += said.ran.len();
            denied += said.denied.len();
            unrecorded += said.unrecorded.len();
        }
        records += kept.len();
    }
    let result = format!(
        "{rounds} rounds of two kills, {ran} bodies, {denied} denials, {unrecorded} unrecorded, {records} records"
    );
    came_of_it("PostgreSQL", &result);
    assert!(ran as u64 > rounds && denied > 0, "it was killed before anything happened");
}

/// The session of a process that was killed ends when the server notices.
fn opened(log: &Log) -> u64 {
    for _ in 0..100 {
        match failclosed_postgres::PostgresStore::connect(&log.url()) {
            Ok(mut store) => return store.end().unwrap().next,
            Err(why) => assert!(why.to_string().contains("by another session"), "{why}"),
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the lock was not given back");
}
