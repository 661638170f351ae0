//! A process that is killed at any moment: every body that ran is on record.

use std::{
    collections::HashSet,
    env, fs,
    io::Read,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use failclosed::audit::{
    FileOptions, Store,
    signed::{Ed25519Key, Seal, Signer as _, verify_signed},
};

use crate::common::Scratch;

const SHOP: &str = env!("CARGO_BIN_EXE_logged_shop");

/// `FAILCLOSED_KILLS` makes it more.
#[test]
fn no_body_ran_unrecorded_in_a_process_that_was_killed() {
    let rounds: u64 = env::var("FAILCLOSED_KILLS").map_or(40, |text| text.parse().unwrap());
    let scratch = Scratch::new();
    let (mut ran, mut denied, mut repaired) = (HashSet::new(), 0, 0);
    for round in 0..rounds {
        let mut shop =
            Command::new(SHOP).arg(scratch.path()).stdout(Stdio::piped()).spawn().unwrap();
        // Some are killed before they have begun, the others in the middle of their work.
        thread::sleep(Duration::from_micros(2_000 + (round * 7_919) % 40_000));
        shop.kill().unwrap();
        shop.wait().unwrap();
        let mut said = String::new();
        shop.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        // Opened as the next process would: what was left of a record is cut off, nothing else.
        // It may have been killed before it made its directory.
        let mut store = scratch.store();
        // One may have been killed before it removed what it had compressed.
        let firsts = || -> HashSet<_> {
            scratch
                .segments()
                .into_iter()
                .map(|path| path.with_extension(""))
                .map(|path| path.with_extension(""))
                .collect()
        };
        let before = firsts();
        let end = store.end().unwrap();
        repaired += u64::from(end.repaired.is_some());
        drop(store);
        assert_eq!((scratch.whole().records, firsts()), (end.next, before));

        let records = scratch.records();
        let decided = |verdict: &str| -> HashSet<u64> {
            let of = records.iter().filter(|record| record.verdict.as_deref() == Some(verdict));
            of.map(|record| number(record.question.as_ref().unwrap().get())).collect()
        };
        let (allows, denials) = (decided("allow"), decided("deny"));
        for line in said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let (what, which) = line.split_once(' ').unwrap();
            let which: u64 = which.parse().unwrap();
            match what {
                "ran" => {
                    assert!(allows.contains(&which), "round {round}: {which} ran unrecorded");
                    ran.insert((round, which));
                }
                "denied" => {
                    assert!(denials.contains(&which), "round {round}: {which} is missing");
                    denied += 1;
                }
                other => panic!("the shop says {other}"),
            }
        }
        // For the next round numbers begin anew, so its records must be its own.
        if round + 1 < rounds {
            fs::remove_dir_all(scratch.path()).unwrap();
        }
    }
    println!("{} bodies and {denied} denials in {rounds} rounds, {repaired} repaired", ran.len());
    let happened = ran.len() as u64 > rounds && denied > 0;
    assert!(happened, "it was killed before anything happened");
}

/// Killed between records and checkpoint, and in the middle of one: the log is opened, and what it holds is
/// what was signed.
#[test]
fn a_signed_log_goes_on_after_each_kill() {
    let scratch = Scratch::new();
    let keys = Scratch::new();
    fs::create_dir(keys.path()).unwrap();
    let file = keys.path().join("key");
    Ed25519Key::generate("example.com/shop").unwrap().write_new(&file).unwrap();
    let key = || Ed25519Key::read(&file).unwrap();
    let (mut records, mut unsigned, mut halves) = (0, 0, 0);
    for round in 0..25_u64 {
        let mut shop = Command::new(SHOP);
        let shop = shop.arg(scratch.path()).arg("100000").arg(&file);
        let mut shop = shop.stdout(Stdio::piped()).spawn().unwrap();
        thread::sleep(Duration::from_micros(5_000 + (round * 7_919) % 60_000));
        shop.kill().unwrap();
        shop.wait().unwrap();
        let text = fs::read_to_string(scratch.path().join("checkpoints")).unwrap_or_default();
        halves += u64::from(!text.is_empty() && !text.ends_with("\n\n"));
        let store = FileOptions::default();
        let mut store = store.open_sealed(scratch.path(), Seal::new(key())).unwrap();
        let end = store.end().unwrap();
        let signed = store.checkpoint().unwrap().size();
        assert!(end.next >= records && signed <= end.next, "round {round}");
        unsigned += u64::from(signed < end.next);
        records = end.next;
        store.close().unwrap();
        let whole = verify_signed(scratch.path(), &[key().key()], &[]).unwrap().unwrap();
        assert_eq!((whole.records, whole.last.size()), (records, records));
    }
    println!(
        "{records} records; {unsigned} kills before a checkpoint, {halves} in the middle of one"
    );
    assert!(records > 25 && unsigned > 0, "it was killed before anything happened");
}

/// The file may grow no further, in the middle of a record: as on a disk that is full, and without
/// having to fill one. What was written of the record is taken back.
#[test]
fn a_disk_without_room_denies_and_leaves_a_whole_log() {
    let scratch = Scratch::new();
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\"";
    let shop = Command::new("sh")
        .args(["-c", script, SHOP])
        .arg(scratch.path())
        .arg("1000000")
        .output()
        .unwrap();
    assert!(shop.status.success(), "{shop:?}");
    let said = String::from_utf8(shop.stdout).unwrap();
    let numbers = |word: &str| -> HashSet<u64> {
        let found =
            said.lines().filter_map(|line| line.split_once(' ')?.0.eq(word).then_some(line));
        found.map(|line| line.split_once(' ').unwrap().1.parse().unwrap()).collect()
    };
    let (ran, unrecorded) = (numbers("ran"), numbers("unrecorded"));
    assert!(!ran.is_empty() && unrecorded.len() == 160, "{} {}", ran.len(), unrecorded.len());
    assert!(ran.is_disjoint(&unrecorded));
    // Before anybody opens, and so repairs it.
    let records = scratch.whole().records;
    assert_eq!(scratch.store().end().unwrap().next, records);
    let allows: HashSet<u64> = scratch
        .records()
        .iter()
        .filter(|record| record.verdict.as_deref() == Some("allow"))
        .map(|record| number(record.question.as_ref().unwrap().get()))
        .collect();
    assert!(ran.is_subset(&allows), "{:?} ran unrecorded", ran.difference(&allows));
}

/// The number of a purchase, out of its question.
fn number(question: &str) -> u64 {
    let (_, rest) = question.split_once("\"number\":").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}
