//! Processes that are killed at any moment, one after the other, over one log of each kind: every body that ran
//! is on record, and every record that was acknowledged is there.
//!
//! A few rounds with the other tests; `cargo xtask soak kills 300` makes them more, and writes what came of it
//! into `tests/log/soak.md`.

use std::{
    collections::HashSet,
    env,
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use failclosed::audit::{
    FileOptions, Reader, Store,
    signed::{Ed25519Key, Seal, Signer as _, verify_signed},
};

use crate::common::{Scratch, is_packed};

const SHOP: &str = env!("CARGO_BIN_EXE_logged_shop");

/// How a log is written by a shop that is killed, and looked at between two of them.
struct Kind {
    name: &'static str,
    /// The arguments of the shop.
    shop: fn(&Place) -> Vec<OsString>,
    /// Opens the log as the next process would, which mends it, and verifies it with all that there is.
    check: fn(&Place) -> Found,
    /// After so many rounds it begins anew: a log of which nothing is removed takes ever longer to be read.
    anew: u64,
}

const KINDS: [Kind; 2] = [
    Kind { name: "files", shop: plain, check: check_plain, anew: 10 },
    Kind {
        name: "files, signed, with retention",
        shop: signed,
        check: check_signed,
        anew: u64::MAX,
    },
];

/// Where a log is, and the key of one that is signed.
struct Place {
    log: Scratch,
    key: PathBuf,
    _keys: Scratch,
}

/// What the next process found.
struct Found {
    next: u64,
    repaired: bool,
    begins: u64,
}

fn plain(place: &Place) -> Vec<OsString> {
    vec![place.log.path().into(), "4096".into()]
}

fn check_plain(place: &Place) -> Found {
    let mut store = FileOptions::default().open(place.log.path()).unwrap();
    let end = store.end().unwrap();
    drop(store);
    assert_eq!(place.log.whole().records, end.next);
    Found { next: end.next, repaired: end.repaired.is_some(), begins: 0 }
}

fn signed(place: &Place) -> Vec<OsString> {
    // Some rounds' worth of it: what is acknowledged is looked at before it is removed.
    let rest = [place.key.as_os_str().to_owned(), "40000".into()];
    plain(place).into_iter().chain(rest).collect()
}

fn check_signed(place: &Place) -> Found {
    let key = || Ed25519Key::read(&place.key).unwrap();
    // It may have been killed before it made its directory.
    if place.log.path().exists() {
        let left = verify_signed(place.log.path(), &[key().key()], &[]).unwrap();
        // Half a record, or half a checkpoint, and nothing else.
        let is_part =
            |fault: &str| fault.ends_with("does not end") || fault == "there is no checkpoint";
        assert!(left.as_ref().err().is_none_or(|part| is_part(&part.fault)), "{left:?}");
    }
    let store = FileOptions::default().open_sealed(place.log.path(), Seal::new(key()));
    let mut store = store.unwrap();
    let end = store.end().unwrap();
    store.close().unwrap();
    drop(store);
    let whole = verify_signed(place.log.path(), &[key().key()], &[]).unwrap().unwrap();
    assert_eq!((whole.records, whole.last.size()), (end.next, end.next));
    let begins = whole.removed.map_or(0, |removed| removed.records);
    Found { next: end.next, repaired: end.repaired.is_some(), begins }
}

/// What came of it.
#[derive(Default)]
struct Tally {
    rounds: u64,
    bodies: u64,
    denials: u64,
    /// Denials that did not wait for their record any longer, as they need not.
    late: u64,
    records: u64,
    removed: u64,
    /// Records that were removed before anybody looked whether they are there.
    unseen: u64,
    compressed: u64,
    repaired: u64,
    faults: Vec<String>,
}

fn soak(kind: &Kind, rounds: u64) -> Tally {
    let (log, keys) = (Scratch::new(), Scratch::new());
    fs::create_dir(keys.path()).unwrap();
    let key = keys.path().join("key");
    Ed25519Key::generate("example.com/shop").unwrap().write_new(&key).unwrap();
    let place = Place { log, key, _keys: keys };
    let (mut tally, mut before, mut began) = (Tally::default(), 0, Instant::now());
    let mut told = 0;
    for round in 0..rounds {
        let said = killed(&(kind.shop)(&place), round);
        // It may have been killed before it made its directory; then the next one makes it.
        let found = (kind.check)(&place);
        let (allows, denials) = decided(place.log.path(), before);
        let faults = &mut tally.faults;
        let mut fault = |what: String| faults.push(format!("round {round}: {what}"));
        if found.next < before {
            fault(format!("{before} records became {}", found.next));
        }
        for line in said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let (what, which) = line.split_once(' ').unwrap();
            let which: u64 = which.parse().unwrap();
            match what {
                "ran" if allows.contains(&which) => tally.bodies += 1,
                "late" => tally.late += 1,
                // A fast machine writes more in one round than is kept.
                "ran" | "denied" if found.begins > before => tally.unseen += 1,
                "ran" => fault(format!("{which} ran unrecorded")),
                "denied" if denials.contains(&which) => tally.denials += 1,
                other => fault(format!("the shop says {other} of {which}")),
            }
        }
        tally.records += found.next - before;
        tally.removed = found.begins;
        tally.repaired += u64::from(found.repaired);
        let packed = place.log.segments().iter().filter(|path| is_packed(path)).count();
        tally.compressed = tally.compressed.max(packed as u64);
        before = found.next;
        tally.rounds += 1;
        for fault in &tally.faults[told..] {
            println!("{}: {fault}", kind.name);
        }
        told = tally.faults.len();
        if (round + 1) % kind.anew == 0 {
            fs::remove_dir_all(place.log.path()).unwrap();
            before = 0;
        }
        if began.elapsed() > Duration::from_secs(10) {
            println!("{}: {} rounds, {} bodies", kind.name, tally.rounds, tally.bodies);
            began = Instant::now();
        }
    }
    tally
}

/// What a shop said until it was killed: some before they began, the others in the middle of their work.
fn killed(arguments: &[OsString], round: u64) -> String {
    let mut shop = Command::new(SHOP).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(shop.stdout.take().unwrap());
    let mut said = String::new();
    if !round.is_multiple_of(5) {
        out.read_line(&mut said).unwrap();
    }
    thread::sleep(Duration::from_micros((round * 7_919) % 40_000));
    shop.kill().unwrap();
    shop.wait().unwrap();
    out.read_to_string(&mut said).unwrap();
    said
}

/// The purchases that were allowed, and those that were denied, in the records from this one on.
fn decided(log: &Path, from: u64) -> (HashSet<u64>, HashSet<u64>) {
    let (mut allows, mut denials) = (HashSet::new(), HashSet::new());
    let mut reader = Reader::open(log).unwrap();
    while let Some(record) = reader.next_record().unwrap().unwrap() {
        let of = match record.verdict.as_deref() {
            Some("allow") => &mut allows,
            Some("deny") => &mut denials,
            _ => continue,
        };
        if record.seq >= from {
            of.insert(number(record.question.as_ref().unwrap().get()));
        }
    }
    (allows, denials)
}

/// The number of a purchase, out of its question.
pub(crate) fn number(question: &str) -> u64 {
    let (_, rest) = question.split_once("\"number\":").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
fn no_body_ran_unrecorded_and_no_record_is_missing_in_a_log_of_killed_processes() {
    let rounds = env::var("FAILCLOSED_KILLS").map_or(20, |text| text.parse().unwrap());
    let tallies = KINDS.map(|kind| (kind.name, soak(&kind, rounds)));
    let mut text = String::from(
        "# The last soak of the log\n\n\
         Processes that were killed (`kill -9`) at any moment, by `cargo xtask soak kills`. A fault is a body without its\n\
         durable record, an acknowledged record that is missing, or a log that does not verify.\n\n\
         | store | date | rounds | bodies | denials | late | records | removed | of them unseen | files compressed at once | repaired | faults |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let date = Command::new("date").args(["-u", "+%F"]).output().unwrap();
    let date = String::from_utf8(date.stdout).unwrap();
    for (name, tally) in &tallies {
        let Tally {
            rounds,
            bodies,
            denials,
            late,
            records,
            removed,
            unseen,
            compressed,
            repaired,
            faults,
        } = tally;
        text.push_str(&format!(
            "| {name} | {} | {rounds} | {bodies} | {denials} | {late} | {records} | {removed} | {unseen} | {compressed} | {repaired} | {} |\n",
            date.trim(),
            faults.len()
        ));
    }
    println!("{text}");
    // Those add themselves.
    text.push_str("\nIn databases, by the same command:\n\n");
    if let Some(file) = env::var_os("FAILCLOSED_SOAK") {
        fs::write(file, text).unwrap();
    }
    for (name, tally) in tallies {
        assert!(tally.faults.is_empty(), "{name}: {:?}", tally.faults);
        let happened = tally.bodies > rounds && tally.denials > 0 && tally.compressed > 0;
        let happened = happened && (tally.removed > 0) == name.contains("retention");
        assert!(happened, "{name}: it was killed before anything happened");
    }
}
