//! The Merkle tree of RFC 6962 over the records of a log: its root, and proofs about it.
//!
//! Ours, and not a crate's: those that there are keep every record, or every hash, in memory, and a
//! writer needs one hash for each power of two. `tlog_tiles` has the last word in the tests.

use sha2::{Digest as _, Sha256};

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// What stands for a record: SHA-256 over a zero byte and the record's line, without its end.
pub(super) fn leaf(line: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows, as small as it can be kept: the roots of its full subtrees, the largest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        let (mut hash, mut full) = (leaf, self.size);
        while full & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            full >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    pub(super) fn root(&self) -> Hash {
        match self.peaks.split_last() {
            Some((last, rest)) => rest.iter().rev().fold(*last, |right, left| node(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }
}

fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// Where a tree of more than one leaf is divided: at the largest power of two below its size.
fn halves(leaves: &[Hash]) -> Option<(&[Hash], &[Hash])> {
    let last = leaves.len().checked_sub(1)?;
    Some(leaves.split_at(1 << last.checked_ilog2()?))
}

/// The hashes that lead from a leaf to the root; `None` for a leaf that is not there.
pub(super) fn inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    fn climb(leaves: &[Hash], index: usize, path: &mut Vec<Hash>) {
        let Some((left, right)) = halves(leaves) else { return };
        match index.checked_sub(left.len()) {
            None => {
                climb(left, index, path);
                path.push(root(right));
            }
            Some(index) => {
                climb(right, index, path);
                path.push(root(left));
            }
        }
    }
    let mut path = Vec::new();
    (index < leaves.len()).then(|| climb(leaves, index, &mut path))?;
    Some(path)
}

/// The hashes that show that the first `old` leaves are those of an earlier tree; `None` where there
/// are not as many. For a tree without leaves there is nothing to show.
pub(super) fn growth(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    fn climb(leaves: &[Hash], old: usize, is_known: bool, path: &mut Vec<Hash>) {
        if old == leaves.len() {
            if !is_known {
                path.push(root(leaves));
            }
            return;
        }
        let Some((left, right)) = halves(leaves) else { return };
        match old.checked_sub(left.len()) {
            Some(old) if old > 0 => {
                climb(right, old, false, path);
                path.push(root(left));
            }
            _ => {
                climb(left, old, is_known, path);
                path.push(root(right));
            }
        }
    }
    let mut path = Vec::new();
    if old > 0 && old <= leaves.len() {
        climb(leaves, old, true, &mut path);
    }
    (old <= leaves.len()).then_some(path)
}

/// Whether `path` leads from the leaf at `index` to the root of a tree of `size` leaves: RFC 9162,
/// section 2.1.3.2.
pub(super) fn includes(root: &Hash, size: u64, index: u64, leaf: Hash, path: &[Hash]) -> bool {
    // FAIL CLOSED: a leaf beyond the end is in no tree.
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else { return false };
    let (mut at, mut last, mut hash) = (index, last, leaf);
    for other in path {
        if last == 0 {
            // FAIL CLOSED: the path leads on above the root.
            return false;
        }
        if is_right(&mut at, &mut last) {
            hash = node(other, &hash);
        } else {
            hash = node(&hash, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether `path` shows that a tree of `size` leaves begins with one of `old` leaves: RFC 9162, section
/// 2.1.4.2.
pub(super) fn grew(old_root: &Hash, old: u64, new_root: &Hash, size: u64, path: &[Hash]) -> bool {
    if old == 0 {
        return path.is_empty() && *old_root == root(&[]);
    }
    if old >= size {
        // FAIL CLOSED: a tree that became smaller did not grow.
        return old == size && path.is_empty() && old_root == new_root;
    }
    let mut path = path.iter();
    // The root of a full tree is a node of each later one, and is not said twice.
    let first = if old.is_power_of_two() { Some(old_root) } else { path.next() };
    // FAIL CLOSED: a path of no length shows nothing.
    let Some(first) = first else { return false };
    let full = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> full, (size - 1) >> full);
    let (mut before, mut now) = (*first, *first);
    for other in path {
        if last == 0 {
            // FAIL CLOSED: the path leads on above the root.
            return false;
        }
        if is_right(&mut at, &mut last) {
            before = node(other, &before);
            now = node(other, &now);
        } else {
            now = node(&now, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && before == *old_root && now == *new_root
}

/// Whether the node is a right one, or the last of its level: then those above it that have no sibling
/// are passed over.
fn is_right(at: &mut u64, last: &mut u64) -> bool {
    if *at & 1 == 0 && at != last {
        return false;
    }
    while *at & 1 == 0 && *at != 0 {
        (*at, *last) = (*at >> 1, *last >> 1);
    }
    true
}

#[cfg(test)]
mod tests;
