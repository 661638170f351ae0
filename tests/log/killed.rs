//! A process that is killed at any moment: every body that ran is on record.

use std::{
    collections::HashSet,
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use failclosed::audit::{
    FileOptions, Store,
    signed::{Ed25519Key, Seal, Signer as _, verify_signed},
};

use crate::{
    common::{Scratch, is_packed, log},
    soak::number,
};

const SHOP: &str = env!("CARGO_BIN_EXE_logged_shop");

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

/// Nor is there room for what is smaller than it was. Closed files stay as they are, and no part of one is left.
#[tokio::test]
async fn a_disk_without_room_compresses_nothing_and_loses_nothing() {
    let scratch = Scratch::new();
    let options = FileOptions::default().segment_bytes(16_000).compress(false);
    log(&scratch, options.open(scratch.path()).unwrap(), 60).await;
    let (before, records) = (scratch.segments(), scratch.whole().records);
    assert!(before.len() > 2, "{before:?}");
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let mut shop = Command::new("sh");
    let shop = shop.args(["-c", script, SHOP]).arg(scratch.path()).arg("1000000").output().unwrap();
    assert!(shop.status.success(), "{shop:?}");
    assert_eq!((scratch.segments(), scratch.whole().records), (before.clone(), records));
    let is_part = |name: &str| name.ends_with(".part");
    let names = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!names.into_iter().any(|name| is_part(name.to_str().unwrap())));
    // And when there is some, it is done.
    for _ in 0..before.len() {
        scratch.store().end().unwrap();
    }
    assert_eq!(scratch.segments().iter().filter(|path| is_packed(path)).count(), before.len() - 1);
    assert_eq!(scratch.whole().records, records);
}
