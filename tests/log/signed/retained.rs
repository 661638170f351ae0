//! A signed log of which the front is removed: the rest is what was signed, and nobody else removes anything.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use failclosed::audit::{
    FileOptions, Line, Reader, Store, StoreError, Writer,
    signed::{
        Checkpoint, GrowthProof, InclusionProof, Seal, SealedStore, Unwitnessed, prove,
        prove_growth, verify_signed,
    },
    verify,
};

use failclosed_tests::Events;

use super::{
    Key, Signer as _, broken, checked, checkpoints, copy, file_of_checkpoints, notes, restore,
};
use crate::common::{Scratch, buy, guard, is_packed, log};

const HOUR: Duration = Duration::from_secs(3_600);

fn small() -> FileOptions {
    FileOptions::default().segment_bytes(1_500).compress(false)
}

fn open(scratch: &Scratch, key: &Key, options: FileOptions) -> SealedStore {
    options.open_sealed(scratch.path(), Seal::new(key.clone()).records(3)).unwrap()
}

/// More records into a log that is kept in this way.
async fn go_on(scratch: &Scratch, key: &Key, options: FileOptions, purchases: u64) {
    fill(open(scratch, key, options), purchases).await;
}

async fn fill(store: SealedStore, purchases: u64) {
    let writer = Writer::open(store).unwrap();
    let guard = guard(&writer);
    for amount in 0..purchases {
        buy(&guard, "lunch", amount % 9).await.0.unwrap();
    }
    writer.close().await.unwrap();
}

/// A log of some files, and one of which the first ones were removed.
async fn pruned() -> (Scratch, Key, u64) {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small().keep_bytes(3_000), 30).await;
    let begins = begins(&scratch);
    assert!(begins > 10, "nothing was removed: {:?}", scratch.segments());
    (scratch, key, begins)
}

/// The number of the first record that is left, by whoever has no key.
fn begins(scratch: &Scratch) -> u64 {
    verify(scratch.path()).unwrap().unwrap().removed.map_or(0, |removed| removed.records)
}

fn base(scratch: &Scratch) -> PathBuf {
    scratch.path().join("base")
}

fn first(path: &Path) -> u64 {
    path.file_name().unwrap().to_str().unwrap()[..20].parse().unwrap()
}

#[tokio::test]
async fn what_is_left_is_verified_proven_and_written_on() {
    let (scratch, key, begins) = pruned().await;
    let (keys, segments) = ([key.key()], scratch.segments());
    assert_eq!(first(&segments[0]), begins);
    // What is closed still has as many bytes as it should.
    let closed = segments[..segments.len() - 1].iter();
    let bytes: u64 = closed.map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!((3_000..6_000).contains(&bytes), "{bytes}");
    let whole = checked(&scratch, &key).unwrap();
    assert_eq!((whole.records, whole.last.size()), (60, 60));
    assert_eq!(whole.removed.map(|removed| removed.records), Some(begins));
    assert!(whole.removed.unwrap().at_ms > 1_700_000_000_000);
    // All the checkpoints are left, those of what was removed, too.
    let all = checkpoints(&scratch, &key);
    assert_eq!((all[0].size(), whole.checkpoints), (0, all.len() as u64));
    assert!(all.iter().any(|checkpoint| checkpoint.size() == begins));

    let proofs = prove(scratch.path(), &keys, |_| true).unwrap().unwrap();
    let proven: Vec<_> = proofs.iter().map(InclusionProof::index).collect();
    assert_eq!(proven, (begins..60).collect::<Vec<_>>());
    for proof in &proofs {
        assert_eq!(InclusionProof::check(&proof.to_string(), &keys).unwrap(), *proof);
    }
    assert!(prove_growth(scratch.path(), &keys, 5).is_err());
    for old in &all {
        let proof = prove_growth(scratch.path(), &keys, old.size());
        if let Err(why) = proof {
            // What it takes is gone. By chance it is not, where it is one of the hashes that are kept.
            let expected = format!("retention removed the first {begins}");
            assert!((1..begins).contains(&old.size()) && why.to_string().contains(&expected));
            continue;
        }
        let proof = proof.unwrap().unwrap();
        assert_eq!(GrowthProof::check(&proof.to_string(), old, &keys).unwrap(), proof);
    }

    let mut store = open(&scratch, &key, small());
    let why = store.read(5, 1).unwrap_err().to_string();
    let expected = format!("record 5 was removed by retention; the log begins at record {begins}");
    assert_eq!(why, expected);
    assert_eq!(store.end().unwrap().next, 60);
    assert_eq!(store.read(begins, usize::MAX).unwrap().len() as u64, 60 - begins);
    drop(store);
    // It is opened again and again, goes on, and is removed further; or no further, without the option.
    go_on(&scratch, &key, small(), 10).await;
    assert_eq!(verify(scratch.path()).unwrap().unwrap().removed.unwrap().records, begins);
    for round in 1..4 {
        go_on(&scratch, &key, small().keep_bytes(3_000), 10).await;
        let whole = checked(&scratch, &key).unwrap();
        assert_eq!(whole.records, 80 + 20 * round);
        assert!(whole.removed.unwrap().records > begins + 20 * round);
    }
}

#[tokio::test]
async fn a_log_that_is_compressed_is_removed_as_well() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let options = small().keep_bytes(4_000).compress(true);
    for _ in 0..40 {
        go_on(&scratch, &key, options.clone(), 10).await;
        checked(&scratch, &key).unwrap();
    }
    let whole = checked(&scratch, &key).unwrap();
    assert!(whole.removed.unwrap().records > 100, "{whole:?}");
    let packed = scratch.segments().iter().filter(|path| is_packed(path)).count();
    assert!(packed > 3, "{:?}", scratch.segments());
    let (first, last) = (&scratch.segments()[0], scratch.whole().hash);
    fs::remove_file(first).unwrap();
    assert!(broken(&scratch, &key).fault.contains("the segment begins at record"));
    assert_eq!(last, whole.hash);
}

/// The options say so, and the log is not signed.
#[test]
fn nothing_is_removed_of_a_log_that_is_not_signed() {
    let scratch = Scratch::new();
    for options in [small().keep_bytes(1), small().keep_for(HOUR)] {
        let why = options.open(scratch.path()).unwrap_err().to_string();
        assert!(why.contains("of a signed log alone\nhelp: "), "{why}");
    }
    assert!(!scratch.path().exists());
}

#[tokio::test]
async fn where_a_log_begins_is_what_its_writer_signed() {
    let (scratch, key, begins) = pruned().await;
    let whole = copy(&scratch);
    let text = fs::read(base(&scratch)).unwrap();
    for at in 0..text.len() {
        let mut changed = text.clone();
        changed[at] ^= 1;
        fs::write(base(&scratch), &changed).unwrap();
        let found = broken(&scratch, &key);
        assert_eq!(found.file, base(&scratch), "byte {at}: {found}");
        fs::write(base(&scratch), &text[..at]).unwrap();
        assert_eq!(broken(&scratch, &key).file, base(&scratch), "cut at {at}");
    }
    let refused = |what: &str| {
        let store = small().open_sealed(scratch.path(), Seal::new(key.clone()));
        let why = store.and_then(Writer::open).expect_err(what).to_string();
        assert!(why.contains("\nhelp: "), "{why}");
    };
    refused("a base that is cut");
    // Without it, a log whose front is missing is that.
    fs::remove_file(base(&scratch)).unwrap();
    let found = broken(&scratch, &key);
    assert!(found.fault.contains(&format!("the segment begins at record {begins}")), "{found}");
    assert!(verify(scratch.path()).unwrap().is_err());
    refused("no base");
    // Signed by somebody else.
    let (other, _, _) = pruned().await;
    restore(&scratch, &whole);
    fs::copy(base(&other), base(&scratch)).unwrap();
    assert!(broken(&scratch, &key).fault.contains("none of the given keys signed it"));
    refused("another log's base");
    // An older one, of files that are not there any more; and a newer one, beside older checkpoints.
    restore(&scratch, &whole);
    go_on(&scratch, &key, small().keep_bytes(3_000), 20).await;
    let newer = fs::read(base(&scratch)).unwrap();
    fs::write(base(&scratch), &text).unwrap();
    assert!(broken(&scratch, &key).fault.contains("the segment begins at record"));
    refused("an older base");
    restore(&scratch, &whole);
    fs::write(base(&scratch), newer).unwrap();
    let found = broken(&scratch, &key);
    assert!(found.fault.contains("there is no checkpoint of just those"), "{found}");
    refused("a newer base");
    // The checkpoint of what was removed is gone.
    restore(&scratch, &whole);
    let path = file_of_checkpoints(&scratch);
    let all = notes(&fs::read_to_string(&path).unwrap());
    let is_it = |note: &&String| note.lines().nth(1) != Some(&begins.to_string());
    let without: String = all.iter().filter(is_it).map(|note| format!("{note}\n")).collect();
    fs::write(&path, without).unwrap();
    let found = broken(&scratch, &key);
    assert!(found.fault.contains("there is no checkpoint of just those"), "{found}");
    // All of them: then nobody signs that anything was removed, with the key or without.
    fs::remove_file(&path).unwrap();
    assert!(verify(scratch.path()).unwrap().is_err());
    restore(&scratch, &whole);
    assert_eq!(checked(&scratch, &key).unwrap().records, 60);
}

/// Killed at each step of it: whatever was left is a log, and the rest is removed later.
#[tokio::test]
async fn what_was_left_half_removed_is_no_part_of_the_log() {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small(), 30).await;
    let before = copy(&scratch);
    go_on(&scratch, &key, small().keep_bytes(3_000), 4).await;
    let (after, anchor) = (copy(&scratch), fs::read(base(&scratch)).unwrap());
    let begins = begins(&scratch);
    let removed: Vec<_> =
        before.segments().into_iter().filter(|path| first(path) < begins).collect();
    assert!(removed.len() > 3, "{removed:?}");
    // Before the anchor had its name.
    restore(&scratch, &before);
    fs::write(scratch.path().join("base.part"), &anchor[..100]).unwrap();
    assert_eq!(checked(&scratch, &key).unwrap().removed, None);
    go_on(&scratch, &key, small().keep_bytes(3_000), 4).await;
    assert!(checked(&scratch, &key).unwrap().removed.is_some());
    // After it, with none of the files removed, with some, with one in the middle.
    for left in 0..=removed.len() {
        restore(&scratch, &after);
        for path in &removed[left..] {
            fs::copy(path, scratch.path().join(path.file_name().unwrap())).unwrap();
        }
        let whole = checked(&scratch, &key).unwrap();
        assert_eq!(whole.removed.unwrap().records, begins, "{left}");
        let mut store = open(&scratch, &key, small());
        store.end().unwrap();
        drop(store);
        assert_eq!(first(&scratch.segments()[0]), begins, "{left}");
        checked(&scratch, &key).unwrap();
    }
}

/// A clock that is set far ahead makes everything old at once.
#[tokio::test]
async fn two_files_go_for_their_age_with_each_that_begins() {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small(), 40).await;
    let before = scratch.segments().len();
    // Nothing is young, and no file begins.
    let mut store = open(&scratch, &key, small().keep_for(Duration::ZERO));
    store.end().unwrap();
    store.tend();
    drop(store);
    assert_eq!(scratch.segments().len(), before);
    let kept = |purchases| {
        let (scratch, key) = (copy(&scratch), key.clone());
        async move {
            let began = scratch.segments().pop().unwrap();
            go_on(&scratch, &key, small().keep_for(Duration::ZERO), purchases).await;
            checked(&scratch, &key).unwrap();
            let all = scratch.segments();
            let begun = all.iter().filter(|path| first(path) > first(&began)).count();
            let removed = before + begun - all.len();
            (begun, removed)
        }
    };
    for purchases in [2, 4, 8] {
        let (begun, removed) = kept(purchases).await;
        assert!(begun > 0 && removed <= 2 * begun && removed > 0, "{begun} {removed}");
    }
}

#[tokio::test]
async fn a_file_goes_when_it_is_old_and_there_is_enough_without_it() {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small(), 20).await;
    let age = Duration::from_millis(300);
    // Young, or the last that there would be.
    for options in [small().keep_for(HOUR), small().keep_for(HOUR).keep_bytes(1)] {
        go_on(&scratch, &key, options, 4).await;
    }
    tokio::time::sleep(2 * age).await;
    go_on(&scratch, &key, small().keep_for(age).keep_bytes(1 << 40), 4).await;
    assert_eq!(checked(&scratch, &key).unwrap().removed, None);
    go_on(&scratch, &key, small().keep_for(age), 12).await;
    let removed = checked(&scratch, &key).unwrap().removed.unwrap();
    // Those that came after the pause are not old.
    assert!((4..=68).contains(&removed.records), "{removed:?}");
}

/// What the witness has not seen may be another log.
#[tokio::test]
async fn nothing_is_removed_that_the_witness_has_not() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let is_off = Arc::new(AtomicBool::new(true));
    let source = Scratch::new();
    log(&source, source.store(), 40).await;
    let lines = source.store().read(0, usize::MAX).unwrap();
    let fill = |lines: &[Line]| {
        let off = Arc::clone(&is_off);
        let witness = move |_: &str| match off.load(Ordering::SeqCst) {
            true => Err(StoreError::new("the witness is off")),
            false => Ok(()),
        };
        let seal = Seal::new(key.clone()).records(3).checkpoint_to(witness, Unwitnessed::Warn);
        let mut store = small().keep_bytes(2_000).open_sealed(scratch.path(), seal).unwrap();
        // It is told of: in this test's own events.
        let (closed, _) = Events::during(|| {
            store.end().unwrap();
            for line in lines {
                store.append(std::slice::from_ref(line)).unwrap();
                store.tend();
            }
            store.close()
        });
        closed.unwrap();
    };
    fill(&lines[..40]);
    assert_eq!(checked(&scratch, &key).unwrap().removed, None);
    is_off.store(false, Ordering::SeqCst);
    fill(&lines[40..]);
    assert!(checked(&scratch, &key).unwrap().removed.is_some());
}

/// A disk without room for it, or a directory that cannot be written.
#[tokio::test]
async fn where_the_anchor_cannot_be_written_nothing_is_removed() {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small(), 10).await;
    fs::create_dir(scratch.path().join("base.part")).unwrap();
    go_on(&scratch, &key, small().keep_bytes(1), 10).await;
    let whole = checked(&scratch, &key).unwrap();
    assert_eq!((whole.records, whole.removed), (40, None));
    fs::remove_dir(scratch.path().join("base.part")).unwrap();
    go_on(&scratch, &key, small().keep_bytes(1), 10).await;
    assert!(checked(&scratch, &key).unwrap().removed.is_some());
}

#[tokio::test]
async fn checkpoints_from_elsewhere_are_compared_also_where_their_records_are_gone() {
    let (scratch, key, begins) = pruned().await;
    let (keys, all) = ([key.key()], checkpoints(&scratch, &key));
    for kept in &all {
        verify_signed(scratch.path(), &keys, std::slice::from_ref(kept)).unwrap().unwrap();
    }
    verify_signed(scratch.path(), &keys, &all).unwrap().unwrap();
    // Another log of the same name and key.
    let other = Scratch::new();
    go_on(&other, &key, small(), 30).await;
    let sizes: Vec<_> = all.iter().map(Checkpoint::size).collect();
    let (mut compared, mut unknown) = (0, 0);
    for kept in checkpoints(&other, &key).iter().filter(|kept| (1..begins).contains(&kept.size())) {
        let found = verify_signed(scratch.path(), &keys, std::slice::from_ref(kept));
        if sizes.contains(&kept.size()) {
            let found = found.unwrap().unwrap_err();
            assert!(found.fault.contains("elsewhere"), "{found}");
            compared += 1;
        } else {
            let why = found.unwrap_err().to_string();
            assert!(why.contains("cannot be compared") && why.contains("\nhelp: "), "{why}");
            unknown += 1;
        }
    }
    assert!(compared > 0, "{compared} {unknown}");
}

#[tokio::test]
async fn a_reader_that_is_overtaken_says_so() {
    let (scratch, key) = (Scratch::new(), Key::new());
    go_on(&scratch, &key, small(), 20).await;
    let mut reader = Reader::open(scratch.path()).unwrap();
    let mut follower = Reader::open(scratch.path()).unwrap();
    reader.next_record().unwrap().unwrap().unwrap();
    while follower.next_record().unwrap().unwrap().is_some() {}
    go_on(&scratch, &key, small().keep_bytes(3_000), 4).await;
    let why = loop {
        match reader.next_record() {
            Ok(next) => assert!(next.unwrap().is_some(), "it came to the end"),
            Err(why) => break why.to_string(),
        }
    };
    assert!(why.contains("removed by retention while the log was read\nhelp: "), "{why}");
    // Who is at the end of it misses nothing.
    while follower.next_record().unwrap().unwrap().is_some() {}
    assert_eq!(follower.finish().unwrap().unwrap().records, 48);
}
