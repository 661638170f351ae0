//! Somebody else who is told of each checkpoint.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use failclosed::{
    Cause,
    audit::{
        Store as _, StoreError, Writer,
        signed::{FileWitness, Seal, Unwitnessed, Witness},
    },
};
use failclosed_tests::Events;

use super::{
    Key, checked, checkpoints, copy, file_of_checkpoints, forge, lines, notes, open, refused,
    restore, until,
};
use crate::common::{Scratch, buy, guard, log};

/// A log, and a file in another place that watches it.
struct Watched {
    log: Scratch,
    elsewhere: Scratch,
    key: Key,
}

impl Watched {
    fn new() -> Self {
        let elsewhere = Scratch::new();
        fs::create_dir(elsewhere.path()).unwrap();
        Self { log: Scratch::new(), elsewhere, key: Key::new() }
    }

    fn seal(&self) -> Seal {
        let witness = FileWitness::new(self.elsewhere.path().join("seen"));
        Seal::new(self.key.clone()).records(2).checkpoint_to(witness, Unwitnessed::Deny)
    }

    async fn grow(&self, purchases: u64) {
        log(&self.log, open(&self.log, self.seal()), purchases).await;
    }

    fn seen(&self) -> String {
        fs::read_to_string(self.elsewhere.path().join("seen")).unwrap()
    }
}

/// An older copy of all of it, checkpoints included, is a log that was signed once.
#[tokio::test]
async fn a_log_that_was_set_back_as_a_whole_is_refused_by_who_has_seen_more() {
    let watched = Watched::new();
    watched.grow(2).await;
    let older = copy(&watched.log);
    watched.grow(1).await;
    assert_eq!(watched.seen(), fs::read_to_string(file_of_checkpoints(&watched.log)).unwrap());
    let mode = fs::metadata(watched.elsewhere.path().join("seen")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let newer = copy(&watched.log);

    restore(&watched.log, &older);
    let why = refused(&watched.log, watched.seal());
    assert!(why.contains("elsewhere, 8 records were signed, and the log has 5"), "{why}");
    // Without a witness nobody knows.
    Writer::open(open(&watched.log, Seal::new(watched.key.clone())))
        .unwrap()
        .close()
        .await
        .unwrap();

    // Cut, with the checkpoints, and as long again: by who has the key.
    restore(&watched.log, &older);
    log(&watched.log, open(&watched.log, Seal::new(watched.key.clone())), 1).await;
    let why = refused(&watched.log, watched.seal());
    assert!(why.contains("elsewhere, records 5 to 7 are not those"), "{why}");

    // Gone altogether, and begun anew.
    fs::remove_dir_all(watched.log.path()).unwrap();
    let why = refused(&watched.log, watched.seal());
    assert!(why.contains("8 records were signed, and the log has 0"), "{why}");

    // All records, and one checkpoint less.
    restore(&watched.log, &newer);
    let text = fs::read_to_string(file_of_checkpoints(&watched.log)).unwrap();
    let all = notes(&text);
    let fewer: String = all[..all.len() - 1].iter().map(|note| format!("{note}\n")).collect();
    fs::write(file_of_checkpoints(&watched.log), fewer).unwrap();
    let why = refused(&watched.log, watched.seal());
    assert!(why.contains("8 records that is not in the file of checkpoints"), "{why}");

    restore(&watched.log, &newer);
    watched.grow(1).await;
    assert_eq!(checked(&watched.log, &watched.key).unwrap().records, 11);
}

#[tokio::test]
async fn a_witness_of_another_log_is_refused_and_a_new_one_is_told() {
    let (watched, other) = (Watched::new(), Watched::new());
    watched.grow(1).await;
    other.grow(1).await;
    let seen = watched.elsewhere.path().join("seen");
    fs::write(&seen, other.seen()).unwrap();
    assert!(refused(&watched.log, watched.seal()).contains("what the witness has: none of the"));
    // Half of a checkpoint is what a crash leaves there: the whole one is sent again.
    let whole = fs::read_to_string(file_of_checkpoints(&watched.log)).unwrap();
    for length in [whole.len() - 1, whole.len() - 50, 10, 0] {
        fs::write(&seen, &whole[..length]).unwrap();
        let mut store = open(&watched.log, watched.seal());
        store.end().unwrap();
        store.close().unwrap();
        assert_eq!(notes(&watched.seen()).last(), notes(&whole).last(), "{length}");
    }
    forge(&watched.log, &lines(&watched.log)[..2]);
    refused(&watched.log, watched.seal());
}

/// Somebody across a network, who is not there now and then.
#[derive(Clone, Default)]
struct Remote(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_gone: AtomicBool,
    seen: Mutex<Vec<String>>,
}

impl Witness for Remote {
    fn take(&mut self, note: &str) -> Result<(), StoreError> {
        self.answers()?;
        self.0.seen.lock().unwrap().push(note.to_owned());
        Ok(())
    }

    fn last(&mut self) -> Result<Option<String>, StoreError> {
        self.answers()?;
        Ok(self.0.seen.lock().unwrap().last().cloned())
    }
}

impl Remote {
    fn answers(&self) -> Result<(), StoreError> {
        if self.0.is_gone.load(Ordering::SeqCst) {
            return Err(StoreError::new("no route to the witness"));
        }
        Ok(())
    }

    fn goes(&self, is_gone: bool) {
        self.0.is_gone.store(is_gone, Ordering::SeqCst);
    }

    fn seen(&self) -> usize {
        self.0.seen.lock().unwrap().len()
    }
}

#[tokio::test]
async fn a_witness_that_is_gone_denies_until_it_is_back() {
    let (scratch, key, remote) = (Scratch::new(), Key::new(), Remote::default());
    let seal =
        || Seal::new(key.clone()).records(1).checkpoint_to(remote.clone(), Unwitnessed::default());
    let writer = Writer::open(open(&scratch, seal())).unwrap();
    assert_eq!((buy(&guard(&writer), "lunch", 1).await.1, remote.seen() > 0), (1, true));
    remote.goes(true);
    until(async || buy(&guard(&writer), "lunch", 1).await.0.is_err()).await;
    let (result, ran) = buy(&guard(&writer), "lunch", 1).await;
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
    let detail = denial.detail().unwrap();
    assert!(detail.contains("witness has not the last checkpoint: no route"), "{detail}");
    remote.goes(false);
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    assert_eq!(remote.seen(), checkpoints(&scratch, &key).len());
    // What it has is not known: that may be a longer log.
    remote.goes(true);
    let why = Writer::open(open(&scratch, seal())).unwrap_err().to_string();
    assert!(why.contains("no route to the witness"), "{why}");
}

#[tokio::test]
async fn a_witness_that_may_be_gone_is_told_of_and_has_the_next_one() {
    let (scratch, key, remote) = (Scratch::new(), Key::new(), Remote::default());
    let seal =
        || Seal::new(key.clone()).records(1).checkpoint_to(remote.clone(), Unwitnessed::Warn);
    remote.goes(true);
    let (store, events) = Events::during(|| {
        let mut store = open(&scratch, seal());
        store.end().unwrap();
        store
    });
    assert_eq!(events.len(), 2, "{events:?}");
    for event in events {
        assert!(event.starts_with("ERROR") && event.contains("no route to the witness"), "{event}");
    }
    drop(store);
    let writer = Writer::open(open(&scratch, seal())).unwrap();
    for _ in 0..3 {
        assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    }
    assert_eq!(remote.seen(), 0);
    remote.goes(false);
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let last = remote.0.seen.lock().unwrap().last().cloned();
    assert_eq!(last.as_deref(), checkpoints(&scratch, &key).last().map(|last| last.note()));
    // It was told, so from here on it knows.
    forge(&scratch, &lines(&scratch)[..2]);
    refused(&scratch, seal());
}

/// For who only wants to hand them on.
#[tokio::test]
async fn a_function_is_handed_each_checkpoint() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    let take = move |note: &str| {
        to.lock().unwrap().push(note.to_owned());
        Ok(())
    };
    let seal = Seal::new(key.clone()).records(1).checkpoint_to(take, Unwitnessed::Deny);
    log(&scratch, open(&scratch, seal), 3).await;
    let kept: Vec<_> = checkpoints(&scratch, &key).iter().map(ToString::to_string).collect();
    assert_eq!(*seen.lock().unwrap(), kept);
}
