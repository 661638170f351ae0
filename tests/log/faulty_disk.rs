//! A disk that breaks while a program writes its log: what it had synced is there, and nothing runs after it.

use std::{
    collections::HashSet,
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use failclosed::audit::Store as _;

use crate::common::Scratch;

const SHOP: &str = env!("CARGO_BIN_EXE_logged_shop");

/// The layer, compiled once.
fn layer() -> &'static Path {
    static LAYER: OnceLock<PathBuf> = OnceLock::new();
    LAYER.get_or_init(|| {
        let file = env::temp_dir().join(format!("failclosed-faulty-{}.so", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/support/faulty_disk.c");
        let mut compiler = Command::new("cc");
        let compiler = compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&file).arg(source);
        let compiled = compiler.arg("-ldl").status().expect("help: install a C compiler, `cc`");
        assert!(compiled.success());
        file
    })
}

/// A shop whose disk breaks in this way, after so many syncs.
fn shop(scratch: &Scratch, how: &str, syncs: u32) -> Child {
    Command::new(SHOP)
        .args([scratch.path().as_os_str(), "1000000".as_ref()])
        .env("LD_PRELOAD", layer())
        .envs([("FAULTY_HOW", how), ("FAULTY_SYNCS", &syncs.to_string())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A shop that takes no notice of its disk goes on for ever, and is killed.
const MOST: usize = 20_000;

/// What it says, line by line, until `end`.
fn said(shop: &mut Child, mut end: impl FnMut(&str) -> bool) -> Vec<(String, u64)> {
    let mut said = Vec::new();
    for line in BufReader::new(shop.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let (what, number) = line.split_once(' ').unwrap();
        said.push((what.to_owned(), number.parse().unwrap()));
        if end(what) {
            break;
        }
        if said.len() == MOST {
            shop.kill().unwrap();
            break;
        }
    }
    said
}

/// The purchases on record that were decided so.
fn decided(scratch: &Scratch, verdict: &str) -> HashSet<u64> {
    let records = scratch.records();
    let of = records.iter().filter(|record| record.verdict.as_deref() == Some(verdict));
    of.map(|record| {
        let question = record.question.as_ref().unwrap().get();
        let (_, rest) = question.split_once("\"number\":").unwrap();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    })
    .collect()
}

#[test]
fn nothing_runs_after_the_disk_broke_and_what_was_synced_is_there() {
    for how in ["sync", "write", "half"] {
        let scratch = Scratch::new();
        let mut shop = shop(&scratch, how, 25);
        let said = said(&mut shop, |_| false);
        assert!(shop.wait().unwrap().success(), "{how}: it takes no notice of the disk");
        let of = |word: &str| -> HashSet<u64> {
            said.iter().filter(|(what, _)| what == word).map(|(_, number)| *number).collect()
        };
        let (ran, unrecorded) = (of("ran"), of("unrecorded"));
        assert!(!ran.is_empty(), "{how}: it broke before anything happened");
        assert_eq!(unrecorded.len(), 160, "{how}");
        assert!(ran.is_disjoint(&unrecorded), "{how}: it ran unrecorded");
        // Behind the first of them, each of the eight tasks says at most of the call before that it ran.
        let behind = said.iter().skip_while(|(what, _)| what != "unrecorded");
        assert!(behind.filter(|(what, _)| what == "ran").count() <= 8, "{how}: it went on");
        // Whatever is left at the end is mended, and the log is whole.
        let end = scratch.store().end().unwrap();
        assert_eq!(scratch.whole().records, end.next, "{how}");
        assert!(ran.is_subset(&decided(&scratch, "allow")), "{how}: a record is missing");
    }
}

/// Neither an error nor an end: the guard's deadline is one.
#[test]
fn a_disk_that_hangs_denies_at_the_deadline() {
    let scratch = Scratch::new();
    let mut shop = shop(&scratch, "hang", 25);
    let said = said(&mut shop, |what| what == "unrecorded");
    shop.kill().unwrap();
    shop.wait().unwrap();
    let ran: HashSet<u64> =
        said.iter().filter(|(what, _)| what == "ran").map(|(_, number)| *number).collect();
    assert!(!ran.is_empty() && said.last().unwrap().0 == "unrecorded", "it was not denied");
    drop(scratch.store().end().unwrap());
    scratch.whole();
    assert!(ran.is_subset(&decided(&scratch, "allow")), "it ran unrecorded");
    assert!(fs::metadata(layer()).is_ok());
}

/// What is in `room`, a disk of a hundred kilobytes, is copied to the log when the shop has ended: the disk goes
/// away with it.
const FULL: &str = r#"
mount -t tmpfs -o size=128k,mode=700 tmpfs "$1" && "$2" "$1" 1000000; left=$?; cp -a "$1/." "$3" && exit $left
"#;

/// A disk of its own, that is too small.
#[test]
fn nothing_runs_when_the_disk_is_full_and_what_was_written_is_there() {
    let (scratch, room) = (Scratch::new(), Scratch::new());
    for directory in [&scratch, &room] {
        fs::create_dir(directory.path()).unwrap();
    }
    let mut shop = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", FULL, "full"])
        .args([room.path(), Path::new(SHOP), scratch.path()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("help: install util-linux, for `unshare`");
    let said = said(&mut shop, |_| false);
    let status = shop.wait().unwrap();
    assert!(status.success(), "no disk of its own, or it takes no notice of it: {status}");
    let of = |word: &str| -> HashSet<u64> {
        said.iter().filter(|(what, _)| what == word).map(|(_, number)| *number).collect()
    };
    let (ran, unrecorded) = (of("ran"), of("unrecorded"));
    assert!(!ran.is_empty() && unrecorded.len() == 160, "{} {}", ran.len(), unrecorded.len());
    assert!(ran.is_disjoint(&unrecorded), "it ran unrecorded");
    let end = scratch.store().end().unwrap();
    assert_eq!(scratch.whole().records, end.next);
    assert!(ran.is_subset(&decided(&scratch, "allow")), "a record is missing");
}
