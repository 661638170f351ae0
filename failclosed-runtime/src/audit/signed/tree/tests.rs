//! Beside another implementation: `tlog_tiles`, which runs logs of Certificate Transparency.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use tlog_tiles::{
    HashReader, check_record, check_tree, prove_record, prove_tree, record_hash, stored_hashes,
    tree_hash,
};

use super::*;

const MOST: usize = 40;

fn line(number: usize) -> Vec<u8> {
    format!(r#"{{"v":1,"seq":{number}}}"#).into_bytes()
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf(&line(number))).collect()
}

/// With the first ones removed.
fn after(all: &[Hash], removed: usize) -> Leaves {
    let mut before = Frontier::default();
    all[..removed].iter().for_each(|leaf| before.push(*leaf));
    Leaves::after(before, all[removed..].to_vec())
}

fn inclusion(all: &[Hash], index: usize) -> Option<Vec<Hash>> {
    after(all, 0).inclusion(index as u64)
}

fn growth(all: &[Hash], old: usize) -> Option<Vec<Hash>> {
    after(all, 0).growth(old as u64)
}

/// What the other one keeps.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

fn stored(count: usize) -> Stored {
    let mut stored = Stored::default();
    for number in 0..count {
        let new = stored_hashes(number as u64, &line(number), &stored).unwrap();
        stored.0.extend(new);
    }
    stored
}

#[test]
fn every_root_and_proof_is_that_of_another_implementation() {
    let (all, other) = (leaves(MOST), stored(MOST));
    assert_eq!(all[7], record_hash(&line(7)).0);
    assert_eq!(root(&[]), tree_hash(0, &other).unwrap().0);
    for size in 1..=MOST {
        let (ours, n) = (&all[..size], size as u64);
        let theirs = tree_hash(n, &other).unwrap();
        assert_eq!(root(ours), theirs.0, "{size}");
        for index in 0..size {
            let path = inclusion(ours, index).unwrap();
            let proof = prove_record(n, index as u64, &other).unwrap();
            assert_eq!(
                path,
                proof.iter().map(|hash| hash.0).collect::<Vec<_>>(),
                "{index} of {size}"
            );
            check_record(&proof, n, theirs, index as u64, tlog_tiles::Hash(ours[index])).unwrap();
            assert!(includes(&theirs.0, n, index as u64, ours[index], &path), "{index} of {size}");
        }
        for old in 1..=size {
            let path = growth(ours, old).unwrap();
            let proof = prove_tree(n, old as u64, &other).unwrap();
            assert_eq!(
                path,
                proof.iter().map(|hash| hash.0).collect::<Vec<_>>(),
                "{old} to {size}"
            );
            let before = tree_hash(old as u64, &other).unwrap();
            check_tree(&proof, n, theirs, old as u64, before).unwrap();
            assert!(grew(&before.0, old as u64, &theirs.0, n, &path), "{old} to {size}");
        }
        assert!(grew(&root(&[]), 0, &theirs.0, n, &[]));
        assert_eq!((inclusion(ours, size), growth(ours, size + 1)), (None, None));
    }
}

/// Whatever was removed, what is left is proven as if it were there; and of what was removed, nothing.
#[test]
fn proofs_are_the_same_where_the_first_leaves_are_gone() {
    let all = leaves(MOST);
    for size in 1..=MOST {
        let whole = after(&all[..size], 0);
        for removed in 0..=size {
            let left = after(&all[..size], removed);
            assert_eq!(left.root(0, size as u64), Some(root(&all[..size])), "{removed} of {size}");
            for index in 0..size as u64 {
                let expected = whole.inclusion(index).filter(|_| index >= removed as u64);
                assert_eq!(left.inclusion(index), expected, "{index}, {removed} of {size}");
            }
            for old in removed..=size {
                let (old, of) = (old as u64, format!("{old}, {removed} of {size}"));
                assert_eq!(left.growth(old), whole.growth(old), "{of}");
            }
            for old in 1..removed as u64 {
                // It may be had by chance; then it is the right one.
                let path = left.growth(old);
                assert!(path.is_none() || path == whole.growth(old), "{old}, {removed} of {size}");
            }
        }
    }
    let frontier = |size, peaks: usize| Frontier::of(size, vec![[0; 32]; peaks]).is_some();
    assert!(frontier(5, 2) && frontier(8, 1) && frontier(0, 0));
    assert!(!frontier(5, 1) && !frontier(5, 3) && !frontier(8, 0) && !frontier(0, 1));
}

/// Each proof with one hash changed, left out, doubled or added, and for every other place or size.
#[test]
fn a_proof_that_was_changed_proves_nothing() {
    let all = leaves(13);
    let changed = |path: &[Hash]| {
        let mut changed = Vec::new();
        for at in 0..path.len() {
            let mut other = path.to_vec();
            other[at][31] ^= 1;
            changed.push(other);
            let mut other = path.to_vec();
            changed.push([other.clone(), vec![other[at]]].concat());
            other.remove(at);
            changed.push(other);
        }
        changed.push([path, &[[0; 32]]].concat());
        changed
    };
    for size in 1..=13_u64 {
        let ours = &all[..usize::try_from(size).unwrap()];
        let top = root(ours);
        for index in 0..size {
            let at = usize::try_from(index).unwrap();
            let path = inclusion(ours, at).unwrap();
            for path in changed(&path) {
                assert!(!includes(&top, size, index, ours[at], &path), "{index} of {size}");
            }
            for other in (0..=size).filter(|other| *other != index) {
                assert!(!includes(&top, size, other, ours[at], &path), "{index} as {other}");
            }
            assert!(!includes(&top, 0, index, ours[at], &path));
            assert!(!includes(&top, size, index, leaf(b"another"), &path));
        }
        for old in 1..=size {
            let before = root(&all[..usize::try_from(old).unwrap()]);
            let path = growth(ours, usize::try_from(old).unwrap()).unwrap();
            for path in changed(&path) {
                assert!(!grew(&before, old, &top, size, &path), "{old} to {size}");
            }
            if old < size {
                assert!(!grew(&top, size, &before, old, &path), "{size} to {old}");
                assert!(!grew(&root(&[]), 0, &top, size, &path));
            }
            assert!(!grew(&[7; 32], old, &top, size, &path), "{old} to {size}");
            assert!(!grew(&before, old, &[7; 32], size, &path), "{old} to {size}");
        }
    }
}
