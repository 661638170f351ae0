//! A log that is not what was signed is not signed on.

use std::fs;

use failclosed::{
    Cause,
    audit::{Writer, signed::Seal},
};

use super::{
    Key, checked, checkpoints, copy, file_of_checkpoints, forge, lines, notes, open, refused,
    reopened, restore, sealed, until,
};
use crate::common::{Scratch, buy, guard, log};

#[tokio::test]
async fn a_log_that_is_another_one_is_not_opened() {
    let (scratch, key) = sealed(4).await;
    let (whole, all) = (copy(&scratch), lines(&scratch));
    let seal = || Seal::new(key.clone());
    for size in 0..all.len() {
        forge(&scratch, &all[..size]);
        let why = refused(&scratch, seal());
        assert!(why.starts_with("the audit log is not the one that was signed: "), "{why}");
        assert!(why.contains("records were signed, and the log has"), "{why}");
    }
    for at in 0..all.len() {
        let mut changed = all.clone();
        changed[at] = changed[at].replace(r#""at_ms":1"#, r#""at_ms":2"#);
        forge(&scratch, &changed);
        assert!(refused(&scratch, seal()).contains("are not those that were signed"));
    }
    // The records of an older copy, beside the checkpoints that came after it.
    restore(&scratch, &whole);
    let older = fs::read(scratch.segments().remove(0)).unwrap();
    log(&scratch, open(&scratch, seal()), 3).await;
    fs::write(scratch.segments().remove(0), older).unwrap();
    let why = refused(&scratch, seal());
    assert!(why.contains("16 records were signed, and the log has 9"), "{why}");

    restore(&scratch, &whole);
    fs::remove_file(file_of_checkpoints(&scratch)).unwrap();
    assert!(refused(&scratch, seal()).contains("has 9 records and no checkpoint"));
    fs::write(file_of_checkpoints(&scratch), "").unwrap();
    assert!(refused(&scratch, seal()).contains("has 9 records and no checkpoint"));

    restore(&scratch, &whole);
    assert!(refused(&scratch, Seal::new(Key::new())).contains("none of the given keys signed it"));
    let text = fs::read_to_string(file_of_checkpoints(&scratch)).unwrap();
    fs::write(file_of_checkpoints(&scratch), text.replace(".com", ".org")).unwrap();
    refused(&scratch, seal());

    // It was refused, and not mended: what was whole still is.
    restore(&scratch, &whole);
    log(&scratch, open(&scratch, seal()), 1).await;
    assert_eq!(checked(&scratch, &key).unwrap().records, 12);
}

/// The crash came after the records, and before or in the middle of their checkpoint.
#[tokio::test]
async fn what_a_crash_left_of_a_checkpoint_is_cut_and_signed_again() {
    let (scratch, key) = sealed(4).await;
    let whole = copy(&scratch);
    let path = file_of_checkpoints(&scratch);
    let text = fs::read_to_string(&path).unwrap();
    let last = text.len() - notes(&text).pop().unwrap().len() - 1;
    for length in (last..text.len()).step_by(7).chain([text.len() - 2, text.len() - 1]) {
        restore(&scratch, &whole);
        fs::write(&path, &text.as_bytes()[..length]).unwrap();
        reopened(&scratch, &key).await;
        let found = checked(&scratch, &key).unwrap();
        assert_eq!((found.records, found.last.size()), (9, 9), "{length}");
        // The same records, the same key, and so the same checkpoint.
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    // Also where it is the very first one.
    let fresh = Scratch::new();
    fs::create_dir(fresh.path()).unwrap();
    fs::write(file_of_checkpoints(&fresh), &text[..30]).unwrap();
    log(&fresh, open(&fresh, Seal::new(key.clone())), 1).await;
    checked(&fresh, &key).unwrap();
}

#[tokio::test]
async fn a_log_that_was_not_signed_before_is_adopted_on_purpose_and_once() {
    let (scratch, key) = (Scratch::new(), Key::new());
    log(&scratch, scratch.store(), 2).await;
    let why = refused(&scratch, Seal::new(key.clone()));
    assert!(why.contains("help: if it was never signed, run `failclosed log seal"), "{why}");
    let adopting = Seal::new(key.clone()).adopting();
    Writer::open(open(&scratch, adopting)).unwrap().close().await.unwrap();
    assert_eq!(checked(&scratch, &key).unwrap().last.size(), 5);
    log(&scratch, open(&scratch, Seal::new(key.clone())), 1).await;
    assert_eq!(checked(&scratch, &key).unwrap().last.size(), 8);
    // Who adopts does not close an eye to what is signed already.
    forge(&scratch, &lines(&scratch)[..6]);
    let why = refused(&scratch, Seal::new(key).adopting());
    assert!(why.contains("8 records were signed, and the log has 6"), "{why}");
}

/// A checkpoint file that is removed, replaced, changed or written to by others, while the log is open.
#[tokio::test]
async fn checkpoints_that_are_tampered_with_while_open_deny() {
    type Tamper = fn(&std::path::Path);
    let faults: [(Tamper, &str); 4] = [
        (|path| fs::remove_file(path).unwrap(), "No such file"),
        (
            |path| {
                let copy = path.with_extension("copy");
                fs::copy(path, &copy).unwrap();
                fs::rename(copy, path).unwrap();
            },
            "was replaced",
        ),
        (|path| fs::write(path, "").unwrap(), "was written or cut by another"),
        (
            |path| {
                // In its place and of its length; only its last signature is another one.
                use std::os::unix::fs::FileExt as _;
                let length = fs::metadata(path).unwrap().len();
                let file = fs::OpenOptions::new().write(true).open(path).unwrap();
                file.write_all_at(b"A", length - 20).unwrap();
                file.write_all_at(b"B", length - 19).unwrap();
            },
            "was changed while the log was open",
        ),
    ];
    for (tamper, why) in faults {
        let (scratch, key) = (Scratch::new(), Key::new());
        let seal = Seal::new(key.clone()).records(1);
        let writer = Writer::open(open(&scratch, seal)).unwrap();
        assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
        until(async || checkpoints(&scratch, &key).last().unwrap().size() == 2).await;
        tamper(&file_of_checkpoints(&scratch));
        // Records are signed after the callers have their answer: the next ones know.
        until(async || buy(&guard(&writer), "lunch", 1).await.0.is_err()).await;
        for _ in 0..2 {
            let (result, ran) = buy(&guard(&writer), "lunch", 1).await;
            let denial = result.unwrap_err();
            assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
            assert!(denial.detail().unwrap().contains(why), "{denial:?}");
        }
        let why_closed = writer.close().await.unwrap_err().to_string();
        assert!(why_closed.contains(why), "{why_closed}");
    }
}
