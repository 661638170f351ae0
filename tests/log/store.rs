//! The files, at fault.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use failclosed::{
    Cause,
    audit::{FileOptions, FileStore, Kind, Store, Writer},
    danger,
};

use crate::common::{Scratch, buy, guard, log};

/// Whether a call is denied for want of a record, and its body did not run.
async fn unrecorded(writer: &Writer, why: &str) {
    for _ in 0..2 {
        let (result, ran) = buy(&guard(writer), "lunch", 1).await;
        let denial = result.unwrap_err();
        assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
        assert!(denial.detail().unwrap().contains(why), "{denial:?}");
    }
}

/// Whoever gives up the disk says so, and every record repeats it.
#[tokio::test]
async fn a_log_that_is_not_synced_says_so_in_each_record() {
    assert!(danger::unsynced(FileOptions::default(), " ").is_err());
    for (reason, said) in [(None, None), (Some("a \"cache\""), Some("a \"cache\""))] {
        let (scratch, options) = (Scratch::new(), FileOptions::default());
        let options = match reason {
            Some(reason) => danger::unsynced(options, reason).unwrap(),
            None => options,
        };
        let writer = Writer::open(options.open(scratch.path()).unwrap()).unwrap();
        assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
        writer.close().await.unwrap();
        let records = scratch.records();
        assert!(!records.is_empty() && scratch.whole().records == records.len() as u64);
        assert!(records.iter().all(|record| record.unsynced.as_deref() == said), "{records:?}");
    }
}

#[tokio::test]
async fn only_the_owner_can_read_the_log() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 1).await;
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(scratch.path().to_owned()), 0o700);
    assert_eq!(mode(scratch.segments().remove(0)), 0o600);
    assert_eq!(mode(scratch.path().join("lock")), 0o600);
}

#[tokio::test]
async fn a_second_writer_is_refused_until_the_first_has_ended() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let refused = FileStore::open(scratch.path()).unwrap_err().to_string();
    assert!(refused.contains("written by another process\nhelp: "), "{refused}");
    writer.close().await.unwrap();
    FileStore::open(scratch.path()).unwrap();
}

/// Programs that are started often wait for each other, and not for ever.
#[test]
fn a_patient_writer_waits_for_the_first_one() {
    let scratch = Scratch::new();
    let patient = |millis| FileOptions::default().patience(Duration::from_millis(millis));
    let first = scratch.store();
    let began = Instant::now();
    let refused = patient(100).open(scratch.path()).unwrap_err().to_string();
    assert!(refused.contains("written by another process"), "{refused}");
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
    thread::scope(|scope| {
        let second = scope.spawn(|| patient(20_000).open(scratch.path()).unwrap());
        thread::sleep(Duration::from_millis(50));
        assert!(!second.is_finished(), "it had the log while the first one wrote it");
        drop(first);
        drop(second.join().unwrap());
    });
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// Removed, replaced, cut or written to by another.
#[tokio::test]
async fn a_file_that_was_tampered_with_while_open_denies() {
    type Tamper = fn(&Path);
    let faults: [(Tamper, &str); 4] = [
        (|path| fs::remove_file(path).unwrap(), "No such file"),
        (
            |path| {
                // In one step: the writer may look at any moment.
                let copy = path.with_extension("copy");
                fs::copy(path, &copy).unwrap();
                fs::rename(copy, path).unwrap();
            },
            "was replaced",
        ),
        (|path| fs::write(path, "").unwrap(), "was written or cut by another"),
        (
            |path| {
                let text = fs::read_to_string(path).unwrap();
                fs::write(path, format!("{text}{text}")).unwrap();
            },
            "was written or cut by another",
        ),
    ];
    for (tamper, why) in faults {
        let scratch = Scratch::new();
        let writer = Writer::open(scratch.store()).unwrap();
        assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
        // The outcome, too.
        while scratch.records().len() < 2 {
            tokio::task::yield_now().await;
        }
        tamper(&scratch.segments()[0]);
        unrecorded(&writer, why).await;
    }
}

#[tokio::test]
async fn what_a_crash_left_of_a_record_is_cut_and_put_on_record() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 1).await;
    let path = scratch.segments().remove(0);
    let text = fs::read(&path).unwrap();
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for length in last + 1..text.len() - 1 {
        fs::write(&path, &text[..length]).unwrap();
        let writer = Writer::open(scratch.store()).unwrap();
        writer.close().await.unwrap();
        let records = scratch.records();
        let repaired = records.last().unwrap();
        assert_eq!(repaired.record, Kind::Repaired);
        assert_eq!(repaired.cut_bytes, Some((length - last) as u64));
        assert_eq!(scratch.whole().records, 3);
    }
    // All of it but its end is all of it.
    fs::write(&path, &text[..text.len() - 1]).unwrap();
    let end = scratch.store().end().unwrap();
    assert_eq!((end.next, end.repaired), (3, None));
    assert_eq!(fs::read(&path).unwrap(), text);
}

/// A program that another thread starts has the lock open too, until it is another program.
#[test]
fn a_log_that_was_closed_is_free_while_programs_are_started() {
    let scratch = Scratch::new();
    let starts = thread::spawn(|| {
        for _ in 0..300 {
            assert!(Command::new("true").status().unwrap().success());
        }
    });
    while !starts.is_finished() {
        drop(scratch.store());
    }
    starts.join().unwrap();
}

/// Whoever may write to the directory must not have this process cut a file somewhere else.
#[tokio::test]
async fn what_is_no_file_is_neither_followed_nor_waited_for() {
    let victim = Scratch::new();
    fs::create_dir(victim.path()).unwrap();
    let elsewhere = victim.path().join("elsewhere");
    fs::write(&elsewhere, "not a log, and no end").unwrap();
    for name in ["00000000000000000000.jsonl", "lock"] {
        let pipe = |path: &Path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        };
        let link = |path: &Path| symlink(&elsewhere, path).unwrap();
        let dangling = |path: &Path| symlink(victim.path().join("new"), path).unwrap();
        let directory = |path: &Path| fs::create_dir(path).unwrap();
        let planted: [&dyn Fn(&Path); 4] = [&link, &dangling, &pipe, &directory];
        for (kind, plant) in planted.iter().enumerate() {
            let scratch = Scratch::new();
            fs::create_dir(scratch.path()).unwrap();
            plant(&scratch.path().join(name));
            let opened = FileStore::open(scratch.path()).and_then(Writer::open);
            let refused = opened.unwrap_err().to_string();
            assert!(refused.contains(name), "{name} {kind}: {refused}");
        }
    }
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "not a log, and no end");
    assert!(!victim.path().join("new").exists());
}

#[tokio::test]
async fn nothing_is_chained_to_a_damaged_log() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 2).await;
    let path = scratch.segments().remove(0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("lunch", "bribe")).unwrap();
    let refused = Writer::open(scratch.store()).unwrap_err().to_string();
    assert!(refused.contains("damaged at record 0"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text.replace("lunch", "bribe"));
}

/// A line feed, an escape sequence or a quotation mark in an argument is text in the record.
#[tokio::test]
async fn an_argument_cannot_forge_a_line() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let note = "x\n{\"v\":1}\r\u{1b}[2J\",\"hash\":\"";
    assert_eq!(buy(&guard(&writer), note, 1).await.1, 1);
    writer.close().await.unwrap();
    assert_eq!(scratch.whole().records, 2);
    let question = scratch.records().remove(0).question.unwrap();
    let value: serde_json::Value = serde_json::from_str(question.get()).unwrap();
    assert_eq!(value["arguments"]["note"], note);
}

#[tokio::test]
async fn a_question_that_is_too_long_is_recorded_by_length_and_digest() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    assert_eq!(buy(&guard(&writer), &"x".repeat(100_000), 1).await.1, 1);
    writer.close().await.unwrap();
    let record = scratch.records().remove(0);
    assert!(record.question.is_none() && record.question_bytes.unwrap() > 100_000);
    assert!(record.digest.is_some());
    assert!(fs::metadata(scratch.segments().remove(0)).unwrap().len() < 2_000);
}
