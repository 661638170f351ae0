//! The program over logs that are whole, broken, and not there.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use sha2::{Digest as _, Sha256};

mod databases;
mod export;
mod kept;
mod push;
mod report;
mod signed;

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A log of these records, and the hash of the last one. Written by hand: what the program reads is
/// the format, not what today's writer makes of it.
fn log(records: &[&str]) -> (Scratch, String) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let scratch = Scratch(env::temp_dir().join(format!("failclosed-cli-{}-{next}", process::id())));
    fs::create_dir_all(&scratch.0).unwrap();
    let (mut prev, mut text) = ("0".repeat(64), String::new());
    for (seq, members) in records.iter().enumerate() {
        let hashed = format!(r#"{{"v":1,"seq":{seq},"prev":"{prev}",{members}"#);
        prev = hex(&hashed);
        text.push_str(&format!("{hashed},\"hash\":\"{prev}\"}}\n"));
    }
    if !records.is_empty() {
        fs::write(segment(&scratch), text).unwrap();
    }
    (scratch, prev)
}

fn segment(scratch: &Scratch) -> PathBuf {
    scratch.0.join(format!("{:020}.jsonl", 0))
}

fn run(verb: &str, directory: &Path, rest: &[&str]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let output = program.args(["log", verb]).arg(directory).args(rest).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const ALLOW: &str = r#""record":"decision","at_ms":1700000000000,"call":"c1","agent":"bot","action":"pay","verdict":"allow","digest":"d""#;
const DONE: &str =
    r#""record":"outcome","at_ms":1700000001000,"call":"c1","action":"pay","outcome":"returned""#;
const DENY: &str = r#""record":"decision","at_ms":1700000002000,"call":"c2","agent":"evil\u001b[2J\u202e","action":"wipe","verdict":"deny","cause":"policy""#;

/// Each way to ask about a log.
const COMMANDS: [(&str, &[&str]); 10] = [
    ("verify", &[]),
    ("show", &[]),
    ("show", &["--json"]),
    ("report", &[]),
    ("stats", &[]),
    ("unknown", &[]),
    ("explain", &["c1"]),
    ("export", &["--as", "json"]),
    ("export", &["--as", "csv"]),
    ("export", &["--as", "ocsf"]),
];

#[test]
fn a_whole_log_is_shown_explained_and_counted() {
    let (scratch, hash) = log(&[ALLOW, DONE, DENY]);
    let (code, out, _) = run("verify", &scratch.0, &["--expect", &hash]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("3 records") && out.contains(&hash), "{out}");

    let (code, out, _) = run("show", &scratch.0, &[]);
    // A heading, the day, and the records.
    assert_eq!((code, out.lines().count()), (Some(0), 5), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{out:?}");

    let (_, out, _) = run("show", &scratch.0, &["--agent", "bot"]);
    assert_eq!(out.lines().count(), 3, "{out}");
    let (_, out, _) = run("show", &scratch.0, &["--text", "wip"]);
    assert!(out.lines().count() == 3 && out.contains("wipe"), "{out}");
    let (_, out, _) = run("show", &scratch.0, &["--since", "2023-11-14T22:13:21Z"]);
    assert_eq!(out.lines().count(), 4, "{out}");

    let (code, out, _) = run("explain", &scratch.0, &["c1"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("allow") && out.contains("returned") && !out.contains("wipe"), "{out}");
    assert_eq!(run("explain", &scratch.0, &["c3"]).0, Some(2));

    let (code, out, _) = run("stats", &scratch.0, &[]);
    assert_eq!(code, Some(0));
    assert!(out.contains("by cause") && out.starts_with("3 records"), "{out}");
    assert_eq!(run("unknown", &scratch.0, &[]).0, Some(0));
}

#[test]
fn records_are_given_as_they_were_written() {
    let (scratch, _) = log(&[ALLOW, DONE, DENY]);
    let (code, out, _) = run("show", &scratch.0, &["--json"]);
    assert_eq!((code, out), (Some(0), fs::read_to_string(segment(&scratch)).unwrap()));
    let (_, out, _) = run("show", &scratch.0, &["--json", "--action", "wipe"]);
    assert!(out.starts_with(r#"{"v":1,"seq":2,"#) && out.lines().count() == 1, "{out}");
}

/// By the policies of the last decision, whose text the log keeps.
#[test]
fn rules_that_never_fired_are_named() {
    let text = "@id(\"lunch\") permit(principal, action, resource);\n\
                @id(\"never\") forbid(principal == A::\"x\", action, resource);\n";
    let kept =
        format!("// schema, 0 bytes\n\n// policies \"shop.cedar\", {} bytes\n{text}\n", text.len());
    let digest = hex(&kept);
    let fired = format!(r#"{ALLOW},"policies":["{digest}"],"rule":"lunch; other""#);
    let (scratch, _) = log(&[&fired]);
    let (_, out, _) = run("stats", &scratch.0, &[]);
    assert!(out.contains("not known: they are not kept here"), "{out}");
    let file = scratch.0.join("policies").join(&digest);
    fs::create_dir(scratch.0.join("policies")).unwrap();
    fs::write(&file, &kept).unwrap();
    let (_, out, _) = run("stats", &scratch.0, &[]);
    let (_, silent) = out.split_once("rules of the last policies that decided nothing").unwrap();
    assert_eq!(silent.trim(), "0  never", "{out}");
    // They come with the records, where these are brought elsewhere.
    let named = PathBuf::from(format!("sqlite:{}/audit.db", scratch.0.display()));
    let (code, _, err) = run("import", &scratch.0, &["--to", named.to_str().unwrap()]);
    assert_eq!((code, run("stats", &named, &[]).1), (Some(0), out), "{err}");
    let (_, out, _) = run("explain", &scratch.0, &["c1"]);
    assert!(out.contains("no: the question is not here"), "{out}");
    // What was changed is not what decided.
    fs::write(&file, kept.replace("never", "lunch")).unwrap();
    let (_, out, _) = run("stats", &scratch.0, &[]);
    assert!(out.contains("not known: ") && out.contains("were changed"), "{out}");
}

/// Its own question, to which nobody may ever get a yes, is not what agents do.
#[test]
fn self_checks_are_counted_apart() {
    let asked = format!("{},\"self_check\":true", DENY.replace("c2", "c3"));
    let allowed = format!("{},\"self_check\":true", ALLOW.replace("c1", "c4"));
    let (scratch, _) = log(&[&asked, &allowed, ALLOW, DONE]);
    let (_, out, _) = run("show", &scratch.0, &[]);
    assert!(out.contains("self check") && out.contains("check allowed"), "{out}");
    let (_, out, _) = run("stats", &scratch.0, &[]);
    assert!(out.starts_with("4 records, of them 2 self checks; 0 outcomes lost"), "{out}");
    assert!(!out.contains("wipe") && out.contains("         1  allow\n"), "{out}");
    let (code, out, _) = run("unknown", &scratch.0, &[]);
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "0 allowed calls without an outcome; 0 outcomes lost\n")
    );
}

/// What grows is shown as it grows, also over half a record; a change ends it.
#[test]
fn a_log_is_followed() {
    let (scratch, _) = log(&[ALLOW, DONE, DENY]);
    let text = fs::read_to_string(segment(&scratch)).unwrap();
    let (first, rest) = text.split_at(text.find('\n').unwrap() + 1);
    let (half, end) = rest.split_at(30);
    fs::write(segment(&scratch), first).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let program = program.args(["log", "show", "--follow", "--json"]).arg(&scratch.0);
    let mut following = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), first.trim_end());
    let mut file = fs::OpenOptions::new().append(true).open(segment(&scratch)).unwrap();
    file.write_all(half.as_bytes()).unwrap();
    // Longer than between two looks.
    thread::sleep(Duration::from_millis(300));
    file.write_all(end.as_bytes()).unwrap();
    assert_eq!([lines.next().unwrap(), lines.next().unwrap()].join("\n") + "\n", rest);
    file.write_all(first.as_bytes()).unwrap();
    assert_eq!(lines.next(), None);
    let end = following.wait_with_output().unwrap();
    assert_eq!(end.status.code(), Some(1));
    assert!(String::from_utf8(end.stderr).unwrap().contains("line 4, record 3"));
}

#[test]
fn an_allowed_call_without_an_end_is_reported() {
    let (scratch, _) = log(&[ALLOW, DENY]);
    let (code, out, _) = run("unknown", &scratch.0, &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("c1") && !out.contains("c2"), "{out}");
}

#[test]
fn no_command_gives_a_broken_log_a_clean_answer() {
    let (scratch, _) = log(&[ALLOW, DONE, DENY]);
    let text = fs::read_to_string(segment(&scratch)).unwrap();
    fs::write(segment(&scratch), text.replace("wipe", "read")).unwrap();
    for (verb, rest) in COMMANDS {
        let (code, _, err) = run(verb, &scratch.0, rest);
        assert_eq!(code, Some(1), "{verb}: {err}");
        assert!(err.contains("line 3, record 2"), "{verb}: {err}");
    }
}

/// Exhaustive over a small log: every byte, through the program, is found and located.
#[test]
fn any_changed_byte_is_found_and_located() {
    let (scratch, hash) = log(&[ALLOW, DONE]);
    let text = fs::read(segment(&scratch)).unwrap();
    for at in 0..text.len() {
        let mut changed = text.clone();
        changed[at] ^= 1;
        fs::write(segment(&scratch), &changed).unwrap();
        let line = text[..at].iter().filter(|byte| **byte == b'\n').count();
        let (code, out, err) = run("verify", &scratch.0, &[]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "byte {at}: {err}");
        let located = format!("line {}, record {line}: ", line + 1);
        assert!(err.contains(&located), "byte {at}: {err}");
    }
    fs::write(segment(&scratch), &text).unwrap();
    assert_eq!(run("verify", &scratch.0, &["--expect", &hash]).0, Some(0));
}

#[test]
fn completions_and_manual_know_every_command() {
    let program = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        let output = program.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let manual = program(&["man"]).replace('\\', "");
    let completions = program(&["completions", "bash"]);
    for (verb, _) in COMMANDS.into_iter().chain([("import", &[][..])]) {
        assert!(manual.contains(&format!(".TH failclosed-log-{verb} ")), "{verb}");
        assert!(completions.contains(&format!("failclosed__subcmd__log,{verb})")), "{verb}");
    }
    assert!(manual.contains("--follow") && manual.contains("--expect"), "{manual}");
}

#[test]
fn what_is_not_there_is_not_whole() {
    let (scratch, _) = log(&[]);
    let missing = scratch.0.join("missing");
    for (verb, rest) in COMMANDS {
        assert_eq!(run(verb, &scratch.0, rest).0, Some(2), "{verb}");
        assert_eq!(run(verb, &missing, rest).0, Some(2), "{verb}");
    }
}

#[test]
fn records_that_are_missing_at_the_end_are_found_by_the_hash() {
    let (_whole, hash) = log(&[ALLOW, DONE, DENY]);
    let (cut, _) = log(&[ALLOW, DONE]);
    assert_eq!(run("verify", &cut.0, &[]).0, Some(0));
    assert_eq!(run("verify", &cut.0, &["--expect", &hash]).0, Some(1));
}

/// An id with the sign between two in it is one all the same.
#[test]
fn a_chain_of_delegation_reads_as_what_it_is() {
    let chain = r#""delegated_by":[{"agent":"a > b","person":null},{"agent":"c","person":null}]"#;
    let allow = ALLOW.replace(r#""agent":"bot""#, &format!(r#""agent":"bot",{chain}"#));
    let (scratch, _) = log(&[&allow, DONE]);
    let (code, out, _) = run("explain", &scratch.0, &["c1"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains(r#""a > b" > "c""#), "{out}");
}
