//! A process that is killed at any moment: every body that ran is on record.

use std::{
    collections::HashSet,
    env,
    io::Read as _,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use failclosed::audit::Store as _;
use failclosed_tests_databases::killed::{Said, came_of_it};

use crate::common::Log;

pub(crate) const SHOP: &str = env!("CARGO_BIN_EXE_sqlite_shop");

/// `FAILCLOSED_KILLS` makes it more.
#[test]
fn no_body_ran_unrecorded_in_a_process_that_was_killed() {
    let rounds: u64 = env::var("FAILCLOSED_KILLS").map_or(10, |text| text.parse().unwrap());
    let (mut ran, mut denied, mut records) = (0, 0, 0);
    for round in 0..rounds {
        let log = Log::new();
        let mut kept = HashSet::new();
        // Twice the same log: it is opened as the killed process left it, and goes on.
        for part in 0..2 {
            let mut shop =
                Command::new(SHOP).arg(log.path()).stdout(Stdio::piped()).spawn().unwrap();
            // Some are killed before they have begun, the others in the middle of their work.
            let micros = 5_000 + ((2 * round + part) * 7_919) % 190_000;
            thread::sleep(Duration::from_micros(micros));
            shop.kill().unwrap();
            shop.wait().unwrap();
            let mut said = String::new();
            shop.stdout.take().unwrap().read_to_string(&mut said).unwrap();
            let said = Said::read(&said);
            let end = log.store().end().unwrap();
            let found = log.records();
            assert_eq!(found.len() as u64, end.next);
            said.is_on_record(&found);
            // What was there stays there.
            let hashes: HashSet<_> = found.iter().map(|record| record.hash.clone()).collect();
            assert!(hashes.is_superset(&kept), "round {round}");
            kept = hashes;
            (ran, denied) = (ran + said.ran.len(), denied + said.denied.len());
        }
        records += kept.len();
    }
    let result =
        format!("{rounds} rounds of two kills, {ran} bodies, {denied} denials, {records} records");
    came_of_it("SQLite", &result);
    assert!(ran as u64 > rounds && denied > 0, "it was killed before anything happened");
}
