//! Logs in databases: how they come there, and that each command reads them as it reads files.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use failclosed_sqlite::{LOG, SqliteReader};

use crate::{ALLOW, COMMANDS, DENY, DONE, Scratch, log, run, segment};

/// A database beside a log, and how it is named.
fn database(scratch: &Scratch) -> (PathBuf, PathBuf) {
    let path = scratch.0.join("audit.db");
    let mut named = OsString::from("sqlite:");
    named.push(&path);
    (path, named.into())
}

fn import(scratch: &Scratch, to: &Path) -> (Option<i32>, String, String) {
    run("import", &scratch.0, &["--to", to.to_str().unwrap()])
}

#[test]
fn every_command_reads_a_database_as_it_reads_files() {
    let (scratch, hash) = log(&[ALLOW, DONE, DENY]);
    let (_, named) = database(&scratch);
    let (code, out, err) = import(&scratch, &named);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("has all 3 records of") && out.contains(", 3 of them new"), "{out}");
    for (verb, rest) in COMMANDS {
        let (files, database) = (run(verb, &scratch.0, rest), run(verb, &named, rest));
        if verb == "report" {
            // It says which log it is of.
            assert_eq!(
                (database.0, database.1.lines().count()),
                (files.0, files.1.lines().count())
            );
        } else {
            assert_eq!(database, files, "{verb} {rest:?}");
        }
    }
    assert_eq!(run("verify", &named, &["--expect", &hash]).0, Some(0));
    assert_eq!(run("verify", &named, &["--expect", "0"]).0, Some(1));
    // A log of another name is not there, and has no answer.
    let other = PathBuf::from(format!("{}#other", named.display()));
    let (code, _, err) = run("verify", &other, &[]);
    assert!(code == Some(2) && err.contains("there are no records in sqlite:"), "{err}");
    // It has no checkpoints, and nobody says that it was compared with them.
    let key = scratch.0.join("key");
    fs::write(&key, "").unwrap();
    let (code, _, err) = run("verify", &named, &["--key", key.to_str().unwrap()]);
    assert!(code == Some(2) && err.contains("\nhelp: "), "{err}");
}

#[test]
fn a_second_import_adds_what_is_new_and_nothing_twice() {
    let (scratch, _) = log(&[ALLOW, DONE]);
    let (_, named) = database(&scratch);
    assert_eq!(import(&scratch, &named).0, Some(0));
    let (longer, hash) = log(&[ALLOW, DONE, DENY]);
    let (_, out, _) = import(&longer, &named);
    assert!(out.contains(", 1 of them new"), "{out}");
    let (code, out, _) = import(&longer, &named);
    assert!(code == Some(0) && out.contains(", 0 of them new"), "{out}");
    // An older copy of the same log.
    let (code, out, _) = import(&scratch, &named);
    assert!(code == Some(0) && out.contains(", 0 of them new; it has 1 record more"), "{out}");
    assert_eq!(run("verify", &named, &["--expect", &hash]).0, Some(0));
    // And from there on to the next.
    let other = PathBuf::from(format!("{}#copy", named.display()));
    let (code, out, _) = run("import", &named, &["--to", other.to_str().unwrap()]);
    assert!(code == Some(0) && out.contains(", 3 of them new"), "{out}");
}

#[test]
fn another_log_is_not_added_to() {
    let (scratch, hash) = log(&[ALLOW, DONE, DENY]);
    let (_, named) = database(&scratch);
    assert_eq!(import(&scratch, &named).0, Some(0));
    for (records, at) in [(&[DENY, DONE, DENY, DONE][..], 0), (&[ALLOW, DENY][..], 1)] {
        let (other, _) = log(records);
        let (code, _, err) = import(&other, &named);
        let located = format!("record {at} of sqlite:");
        assert!(code == Some(1) && err.contains(&located) && err.contains("\nhelp: "), "{err}");
    }
    assert_eq!(run("verify", &named, &["--expect", &hash]).0, Some(0));
    let (code, _, err) = import(&scratch, &scratch.0);
    assert!(code == Some(2) && err.contains("is a directory\nhelp: name a database"), "{err}");
}

#[test]
fn of_a_broken_log_nothing_is_imported_from_the_fault_on() {
    let (scratch, _) = log(&[ALLOW, DONE, DENY]);
    let text = fs::read_to_string(segment(&scratch)).unwrap();
    fs::write(segment(&scratch), text.replace("wipe", "read")).unwrap();
    let (path, named) = database(&scratch);
    let (code, _, err) = import(&scratch, &named);
    assert!(code == Some(1) && err.contains("line 3, record 2"), "{err}");
    assert_eq!(SqliteReader::open(path).unwrap().rows(LOG, 0, 9).unwrap().len(), 2);
    fs::write(segment(&scratch), text).unwrap();
    let (code, out, _) = import(&scratch, &named);
    assert!(code == Some(0) && out.contains(", 1 of them new"), "{out}");
}

/// In the file itself, past every trigger.
#[test]
fn no_command_gives_a_changed_database_a_clean_answer() {
    let (scratch, _) = log(&[ALLOW, DONE, DENY]);
    let (path, named) = database(&scratch);
    assert_eq!(import(&scratch, &named).0, Some(0));
    let bytes = fs::read(&path).unwrap();
    for (was, is) in [
        (&b"\"wipe\""[..], &b"\"read\""[..]),
        (b"denywipe", b"denyread"),
        (b"wipedeny", b"readdeny"),
    ] {
        let at = bytes.windows(was.len()).position(|window| window == was);
        let Some(at) = at else { continue };
        let mut changed = bytes.clone();
        changed[at..at + is.len()].copy_from_slice(is);
        fs::write(&path, changed).unwrap();
        for (verb, rest) in COMMANDS {
            let (code, _, err) = run(verb, &named, rest);
            assert!(code == Some(1) && err.contains("record 2: "), "{verb}: {err}");
        }
    }
    fs::write(&path, bytes).unwrap();
    assert_eq!(run("verify", &named, &[]).0, Some(0));
}

#[test]
fn an_import_that_was_killed_goes_on() {
    let members: Vec<String> =
        (0..12_000).map(|at| format!(r#""record":"lost","at_ms":{at},"outcomes":1"#)).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let (scratch, hash) = log(&members);
    let (path, named) = database(&scratch);
    let mut killed = 0;
    for _ in 0..3 {
        let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        let program = program.args(["log", "import"]).arg(&scratch.0).arg("--to").arg(&named);
        let mut program = program.stdout(Stdio::null()).spawn().unwrap();
        let has = |more: usize| {
            let rows = SqliteReader::open(&path).and_then(|mut all| all.rows(LOG, 0, u32::MAX));
            rows.map_or(0, |rows| rows.len()) > more
        };
        while program.try_wait().unwrap().is_none() && !has(killed) {
            thread::sleep(Duration::from_millis(5));
        }
        drop(program.kill());
        program.wait().unwrap();
        killed = SqliteReader::open(&path).unwrap().rows(LOG, 0, u32::MAX).unwrap().len();
    }
    assert!(killed > 0 && killed < 12_000, "{killed}");
    let (code, out, err) = import(&scratch, &named);
    let new = format!(
        "has all 12000 records of {}, {} of them new",
        scratch.0.display(),
        12_000 - killed
    );
    assert!(code == Some(0) && out.contains(&new), "{new}: {out} {err}");
    assert_eq!(run("verify", &named, &["--expect", &hash]).0, Some(0));
}
