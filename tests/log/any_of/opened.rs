//! Logs that do not end at the same place, when they are opened together.

use failclosed::audit::{End, FileOptions, Line, Store, StoreError, Writer, any_of};

use super::{Faulty, How, allowed, open, pair, until, written};
use crate::common::Scratch;

fn refused(first: impl Store, second: impl Store) -> String {
    let why = Writer::open(any_of(first, second)).unwrap_err().to_string();
    assert!(why.contains("\nhelp: "), "{why}");
    why
}

/// Written by itself, and closed.
async fn alone(store: impl Store, calls: u64) {
    let writer = Writer::open(store).unwrap();
    allowed(&writer, calls).await;
    writer.close().await.unwrap();
}

#[tokio::test]
async fn a_shorter_one_is_filled_whichever_it_is() {
    for swap in [false, true] {
        let (long, short) = (Scratch::new(), Scratch::new());
        let (writer, _) = open(any_of(long.store(), short.store()));
        allowed(&writer, 2).await;
        writer.close().await.unwrap();
        assert_eq!(written(&long), written(&short));
        // One was away, for more than a batch, in several files.
        alone(FileOptions::default().segment_bytes(100_000).open(long.path()).unwrap(), 700).await;
        let (first, second) = if swap { (&short, &long) } else { (&long, &short) };
        let (writer, members) = open(any_of(first.store(), second.store()));
        allowed(&writer, 1).await;
        until(|| members.state().iter().all(|member| member.behind == 0)).await;
        writer.close().await.unwrap();
        assert_eq!(written(&long), written(&short));
        assert_eq!(long.whole().records, 2 * 703);
    }
}

#[tokio::test]
async fn logs_that_are_not_the_same_are_refused() {
    let (first, second) = pair();
    alone(first.clone(), 2).await;
    alone(second.clone(), 2).await;
    let why = refused(first.clone(), second.clone());
    assert!(why.contains("stores 2 and 1 of the audit log have different logs: record 3"), "{why}");
    alone(second.clone(), 1).await;
    let why = refused(first.clone(), second.clone());
    assert!(why.contains("stores 1 and 2 of the audit log have different logs: record 3"), "{why}");
    // Neither was written to.
    assert_eq!((first.records().len(), second.records().len()), (4, 6));
    // The last one that they both have is another one, though all before it are the same.
    let (longer, other) = (first.copy(4), first.copy(4));
    alone(longer.clone(), 3).await;
    alone(other.clone(), 1).await;
    refused(longer, other);
}

/// It may be the longest.
#[tokio::test]
async fn one_that_cannot_say_where_it_ends_is_refused() {
    let (first, second) = pair();
    second.set(How::Fails);
    let why = refused(first, second);
    assert!(why.contains("store 2 of the audit log cannot be opened: no space left"), "{why}");
}

/// It could never be filled.
#[tokio::test]
async fn a_log_that_lacks_what_comes_next_is_refused() {
    struct Pruned(Faulty);
    impl Store for Pruned {
        fn end(&mut self) -> Result<End, StoreError> {
            self.0.end()
        }
        fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
            self.0.append(lines)
        }
        fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
            match from {
                0..2 => Err(StoreError::new("record 0 was removed by retention")),
                _ => self.0.read(from, limit),
            }
        }
        fn close(&mut self) -> Result<(), StoreError> {
            self.0.close()
        }
    }
    let long = Faulty::default();
    alone(long.clone(), 2).await;
    let why = refused(Pruned(long), Faulty::default());
    assert!(why.contains("record 0 was removed by retention"), "{why}");
}
