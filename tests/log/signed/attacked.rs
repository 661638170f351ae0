//! What is found by whoever has the key, in a log that was changed.

use std::fs;

use failclosed::audit::{
    signed::{Seal, verify_signed},
    verify,
};

use super::{
    Key, Signer as _, broken, checked, checkpoints, file_of_checkpoints, forge, lines, notes, open,
    sealed,
};
use crate::common::{Scratch, log};

#[tokio::test]
async fn any_changed_byte_of_records_and_checkpoints_is_found_and_located() {
    let (scratch, key) = sealed(2).await;
    for path in [scratch.segments().remove(0), file_of_checkpoints(&scratch)] {
        let text = fs::read(&path).unwrap();
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let line = text[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            let found = broken(&scratch, &key);
            assert_eq!(found.file, path, "byte {at}: {found}");
            if path == file_of_checkpoints(&scratch) {
                // A note is six lines, with the blank one after it; without its end it is one with the next.
                let begins = (line - 1) / 6 * 6 + 1;
                assert!([begins, begins + 6].contains(&found.line), "byte {at}: {found}");
            } else {
                assert_eq!((found.line, found.seq), (line, line - 1), "byte {at}: {found}");
            }
        }
        fs::write(&path, &text).unwrap();
    }
    let whole = checked(&scratch, &key).unwrap();
    assert_eq!((whole.records, whole.last.size()), (5, 5));
}

/// With every hash of the chain made anew. Nothing but the signatures shows it.
#[tokio::test]
async fn a_log_that_was_written_anew_is_found() {
    let (scratch, key) = sealed(4).await;
    let original = lines(&scratch);
    let sizes: Vec<_> = checkpoints(&scratch, &key).iter().map(|each| each.size()).collect();
    assert!(sizes.len() > 2 && sizes[0] == 0, "{sizes:?}");
    for at in 0..original.len() {
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut lines = original.clone();
            change(&mut lines);
            lines
        };
        let mut attacks = vec![
            (
                "changed",
                with(&|lines| lines[at] = lines[at].replace(r#""at_ms":1"#, r#""at_ms":2"#)),
            ),
            ("removed", with(&|lines| drop(lines.remove(at)))),
            ("doubled", with(&|lines| lines.insert(at, lines[at].clone()))),
            ("cut", with(&|lines| lines.truncate(at))),
        ];
        if at + 1 < original.len() {
            attacks.push(("swapped", with(&|lines| lines.swap(at, at + 1))));
        }
        for (what, lines) in attacks {
            if what == "doubled" && at + 1 == original.len() {
                // A record after the last checkpoint: it is not signed, and the log says so.
                forge(&scratch, &lines);
                let whole = checked(&scratch, &key).unwrap();
                assert_eq!((whole.records, whole.last.size()), (10, 9));
                continue;
            }
            forge(&scratch, &lines);
            assert_eq!(verify(scratch.path()).unwrap().unwrap().records, lines.len() as u64);
            let found = broken(&scratch, &key);
            // Somewhere between the checkpoint before it and the one after it.
            let known = *sizes.iter().rfind(|size| **size <= at as u64).unwrap();
            assert!((known..=at as u64 + 1).contains(&found.seq), "{what} {at}: {found}");
            assert_eq!(found.file, file_of_checkpoints(&scratch), "{what} {at}: {found}");
        }
    }
    forge(&scratch, &original);
    checked(&scratch, &key).unwrap();
}

#[tokio::test]
async fn checkpoints_that_are_not_the_writers_are_found() {
    let (scratch, key) = sealed(4).await;
    let path = file_of_checkpoints(&scratch);
    let text = fs::read_to_string(&path).unwrap();
    let all = notes(&text);
    let put = |notes: &[String]| {
        let text: String = notes.iter().map(|note| format!("{note}\n")).collect();
        fs::write(&path, text).unwrap();
    };
    put(&all);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    for at in 0..all.len() {
        let mut doubled = all.clone();
        doubled.insert(at, all[at].clone());
        put(&doubled);
        assert!(broken(&scratch, &key).fault.contains("stands after one of"));
        if at + 1 < all.len() {
            let mut swapped = all.clone();
            swapped.swap(at, at + 1);
            put(&swapped);
            assert!(broken(&scratch, &key).fault.contains("stands after one of"));
        }
    }
    // Signed by somebody else, for another log, or by nobody.
    let foreign = copy_signed_by(&Key::new()).await;
    put(&notes(&fs::read_to_string(file_of_checkpoints(&foreign)).unwrap()));
    assert!(broken(&scratch, &key).fault.contains("none of the given keys signed it"));
    put(&notes(&fs::read_to_string(file_of_checkpoints(&copy_signed_by(&key).await)).unwrap()));
    assert!(broken(&scratch, &key).fault.contains("are not those that were signed"));
    put(&[]);
    assert!(broken(&scratch, &key).fault.contains("there is no checkpoint"));
    fs::remove_file(&path).unwrap();
    assert!(broken(&scratch, &key).fault.contains("there is no checkpoint"));
    // Half of one, at the end.
    fs::write(&path, &text[..text.len() - 1]).unwrap();
    assert!(broken(&scratch, &key).fault.contains("the checkpoint does not end"));
    fs::write(&path, &text).unwrap();
    checked(&scratch, &key).unwrap();
}

/// Another log, of as many records.
async fn copy_signed_by(key: &Key) -> Scratch {
    let scratch = Scratch::new();
    log(&scratch, open(&scratch, Seal::new(key.clone()).records(3)), 4).await;
    scratch
}

/// Only what was kept elsewhere shows it.
#[tokio::test]
async fn a_log_that_was_cut_together_with_its_checkpoints_is_found_by_one_from_elsewhere() {
    let (scratch, key) = sealed(4).await;
    let kept = checkpoints(&scratch, &key);
    let (keys, all) = ([key.key()], lines(&scratch));
    let text = fs::read_to_string(file_of_checkpoints(&scratch)).unwrap();
    let (last, earlier) = (kept.len() - 1, kept.len() - 2);
    let earlier_size = kept[earlier].size();
    let cut: String = notes(&text)[..last].iter().map(|note| format!("{note}\n")).collect();
    fs::write(file_of_checkpoints(&scratch), cut).unwrap();
    forge(&scratch, &all[..usize::try_from(earlier_size).unwrap()]);
    // By itself it is a log that was signed, once.
    assert_eq!(checked(&scratch, &key).unwrap().records, earlier_size);
    assert!(verify_signed(scratch.path(), &keys, &kept[..last]).unwrap().is_ok());
    let found = verify_signed(scratch.path(), &keys, &kept).unwrap().unwrap_err();
    assert!(
        found.fault.contains("by a checkpoint from elsewhere, 9 records were signed"),
        "{found}"
    );
    assert_eq!(found.seq, earlier_size);
    // Written anew and signed anew, by who has the key: the same.
    let other = copy_signed_by(&key).await;
    assert!(verify_signed(other.path(), &keys, &[]).unwrap().is_ok());
    let found = verify_signed(other.path(), &keys, &kept).unwrap().unwrap_err();
    assert!(found.fault.contains("elsewhere, records 0 to"), "{found}");
}
