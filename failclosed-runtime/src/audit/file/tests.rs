//! When a segment ends.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, fs, process};

use super::*;
use crate::audit::{line::Draft, origin::Origin};

/// How many segments there are after a record of yesterday and two of today.
fn segments_of(name: &str, options: FileOptions) -> usize {
    let root = env::temp_dir().join(format!("failclosed-days-{name}-{}", process::id()));
    drop(fs::remove_dir_all(&root));
    let mut store = options.clone().open(&root).unwrap();
    let end = store.end().unwrap();
    let by = Origin::new(None, None);
    let seal = |seq, prev: &str| Draft::lost(1).seal(seq, prev, &by, &[0; 10]);
    let first = seal(end.next, &end.hash);
    let second = seal(1, first.hash());
    let third = seal(2, second.hash());
    store.append(std::slice::from_ref(&first)).unwrap();
    store.open.as_mut().unwrap().day -= 1;
    store.append(std::slice::from_ref(&second)).unwrap();
    // A clock that was set back.
    store.open.as_mut().unwrap().day += 1;
    store.append(std::slice::from_ref(&third)).unwrap();
    drop(store);
    // The next process goes on in the last one.
    let mut store = options.open(&root).unwrap();
    assert_eq!(store.end().unwrap().next, 3);
    assert_eq!(store.open.as_ref().unwrap().day, today());
    let whole = crate::audit::verify(&root).unwrap().unwrap();
    assert_eq!(whole.records, 3);
    let found = segments(&root).unwrap().len();
    fs::remove_dir_all(&root).unwrap();
    found
}

#[test]
fn a_day_begins_a_segment_where_that_is_asked_for() {
    assert_eq!(segments_of("daily", FileOptions::default().daily()), 2);
    assert_eq!(segments_of("never", FileOptions::default()), 1);
    assert_eq!(segments_of("small", FileOptions::default().segment_bytes(1)), 3);
}
