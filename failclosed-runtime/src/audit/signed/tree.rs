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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// A tree that was written down; `None` for what is none of this size.
    pub(super) fn of(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    pub(super) fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

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

    /// The root of the full subtree over these leaves, if it is one that is kept.
    fn peak(&self, from: u64, to: u64) -> Option<Hash> {
        // Each bit of the size is one of them, the largest first.
        let begins = self.size & !(to.checked_sub(from)?.checked_mul(2)?.wrapping_sub(1));
        let is_one = (to - from).is_power_of_two() && self.size & (to - from) != 0;
        let index = begins.count_ones() as usize;
        (is_one && begins == from).then(|| self.peaks.get(index).copied())?
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

/// The leaves of a tree from some record on, and of what is before them what a growing tree keeps.
#[derive(Debug)]
pub(super) struct Leaves {
    before: Frontier,
    leaves: Vec<Hash>,
}

impl Leaves {
    pub(super) fn after(before: Frontier, leaves: Vec<Hash>) -> Self {
        Self { before, leaves }
    }

    /// The number of the first leaf that is there.
    pub(super) fn begins(&self) -> u64 {
        self.before.size
    }

    /// Leaves out those from this one on.
    pub(super) fn truncate(&mut self, size: u64) {
        let kept = size.saturating_sub(self.before.size);
        self.leaves.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }

    pub(super) fn size(&self) -> u64 {
        self.before.size + self.leaves.len() as u64
    }

    /// The hashes that lead from a leaf to the root; `None` for a leaf that is not there.
    pub(super) fn inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        let mut path = Vec::new();
        let is_there = (self.before.size..self.size()).contains(&index);
        is_there.then(|| self.climb_to(0, self.size(), index, &mut path))??;
        Some(path)
    }

    fn climb_to(&self, from: u64, to: u64, index: u64, path: &mut Vec<Hash>) -> Option<()> {
        let Some(half) = half(from, to) else { return Some(()) };
        if index < half {
            self.climb_to(from, half, index, path)?;
            path.push(self.root(half, to)?);
        } else {
            self.climb_to(half, to, index, path)?;
            path.push(self.root(from, half)?);
        }
        Some(())
    }

    /// The hashes that show that the first `old` leaves are those of an earlier tree; `None` where there
    /// are not as many, or some of those after them are not there. For a tree without leaves there is nothing
    /// to show.
    pub(super) fn growth(&self, old: u64) -> Option<Vec<Hash>> {
        let mut path = Vec::new();
        if old > self.size() {
            return None;
        }
        if old > 0 {
            self.climb_from(0, self.size(), old, true, &mut path)?;
        }
        Some(path)
    }

    fn climb_from(
        &self,
        from: u64,
        to: u64,
        old: u64,
        is_known: bool,
        path: &mut Vec<Hash>,
    ) -> Option<()> {
        if old == to {
            if !is_known {
                path.push(self.root(from, to)?);
            }
            return Some(());
        }
        let half = half(from, to)?;
        if old > half {
            self.climb_from(half, to, old, false, path)?;
            path.push(self.root(from, half)?);
        } else {
            self.climb_from(from, half, old, is_known, path)?;
            path.push(self.root(half, to)?);
        }
        Some(())
    }

    /// The root of the leaves from one to another; `None` where those are needed that are not there.
    fn root(&self, from: u64, to: u64) -> Option<Hash> {
        if from >= self.before.size {
            let at = |index: u64| usize::try_from(index - self.before.size).ok();
            return Some(root(self.leaves.get(at(from)?..at(to)?)?));
        }
        if to <= self.before.size
            && let Some(peak) = self.before.peak(from, to)
        {
            return Some(peak);
        }
        let half = half(from, to)?;
        Some(node(&self.root(from, half)?, &self.root(half, to)?))
    }
}

/// Where a tree of more than one leaf is divided: at the largest power of two below its size.
fn half(from: u64, to: u64) -> Option<u64> {
    let last = to.checked_sub(from)?.checked_sub(1)?;
    Some(from + (1 << last.checked_ilog2()?))
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
