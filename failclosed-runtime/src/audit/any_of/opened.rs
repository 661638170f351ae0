//! Which member's log goes on, and whether the others are a part of it.

use super::told;
use crate::audit::{Chain, End, GENESIS, Store, StoreError};

/// Where the longest ends, and where each one does.
///
/// # Errors
/// A member that cannot say where it ends: FAIL CLOSED: it may be the longest. One that has another log.
pub(super) fn compare(stores: &mut [Box<dyn Store>]) -> Result<(End, Vec<Chain>), StoreError> {
    let mut ends = Vec::new();
    for (index, store) in stores.iter_mut().enumerate() {
        let end = store.end().map_err(|why| {
            StoreError::new(format_args!(
                "store {} of the audit log cannot be opened: {why}\n\
                 help: bring it back; to go on without it, take it out of `any_of`, if no other one is behind it",
                index + 1
            ))
        })?;
        ends.push(end);
    }
    // Of those that are as long, the first: they are the same, or refused.
    let longest = (0..ends.len()).rev().max_by_key(|index| ends[*index].next);
    let Some(longest) = longest else {
        // FAIL CLOSED: nobody would have the records.
        return Err(StoreError::new("the audit log was opened before, or has no store"));
    };
    let end = ends[longest].clone();
    for (index, other) in ends.iter().enumerate() {
        follows(index, other, longest, &end, &mut stores[longest])?;
        if let Some(cut) = other.repaired.as_ref().filter(|_| index != longest) {
            told::cut(index + 1, cut.bytes, &cut.sha256);
        }
    }
    Ok((end, ends.iter().map(Chain::from).collect()))
}

/// Whether a log ends at a place of the longest one, which still has what comes after it.
fn follows(
    index: usize,
    other: &End,
    longest: usize,
    end: &End,
    store: &mut Box<dyn Store>,
) -> Result<(), StoreError> {
    let unreadable = |why: &dyn std::fmt::Display| {
        // FAIL CLOSED: whether it is the same log is not known, or it could never be filled.
        StoreError::new(format_args!(
            "store {} of the audit log ends before record {}, and store {} does not give what comes there: {why}\n\
             help: copy the log of store {} to the place of store {0}",
            index + 1,
            other.next,
            longest + 1,
            longest + 1
        ))
    };
    if other.next == end.next {
        return if other.hash == end.hash { Ok(()) } else { Err(other_log(index, longest, other)) };
    }
    // The last that it has, and the first that it lacks.
    let from = other.next.saturating_sub(1);
    let lines = store.read(from, 2).map_err(|why| unreadable(&why))?;
    let mut at = Chain::at(from, GENESIS);
    let mut lines = lines.iter();
    if other.next > 0 {
        let last = lines.next().filter(|line| line.seq() == from);
        let last = last.ok_or_else(|| unreadable(&"it is not there"))?;
        if last.hash() != other.hash {
            return Err(other_log(index, longest, other));
        }
        at = Chain::at(other.next, last.hash());
    }
    let next = lines.next().ok_or_else(|| unreadable(&"it is not there"))?;
    at.take(next.text().as_bytes()).map(drop).map_err(|why| unreadable(&why))
}

fn other_log(index: usize, longest: usize, end: &End) -> StoreError {
    // FAIL CLOSED: which of the two is the log, only a person can say.
    StoreError::new(format_args!(
        "stores {} and {} of the audit log have different logs: record {} is not the same\n\
         help: verify both, keep both, and put the one that is not to go on somewhere else; an empty store is filled",
        index + 1,
        longest + 1,
        end.next.saturating_sub(1)
    ))
}
