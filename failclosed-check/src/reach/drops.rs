//! Where a value is held, it may be dropped.

use std::collections::{BTreeMap, HashMap};

use super::{
    graph::{Edge, Step, krate},
    index::Index,
    mir::Body,
    path,
    within::Within,
};

/// A body that holds a name: which one, where first, and what the name's path begins with.
type Held<'b> = (usize, usize, Option<&'b str>);

/// The steps to `drop`s, each with the body that it is from. `drops`: bodies of `Drop::drop`, with the type's
/// name.
pub(super) fn steps(
    bodies: &[Body],
    drops: &[(usize, String)],
    index: &Index,
    within: &Within,
) -> Vec<(usize, Edge)> {
    let mut held: HashMap<&str, Vec<Held<'_>>> = HashMap::new();
    for (at, body) in bodies.iter().enumerate() {
        for (nth, (ty, _)) in body.holds.iter().enumerate() {
            for (root, name) in path::rooted_names(ty) {
                let all = held.entry(name).or_default();
                let mut same = all.iter().rev().take_while(|(last, ..)| *last == at);
                if !same.any(|(_, _, known)| *known == root) {
                    all.push((at, nth, root));
                }
            }
        }
    }
    let mut steps = Vec::new();
    for (drop, name) in drops {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        let of = within.packages(krate(&bodies[*drop].path));
        for (package, holder) in index.holders(name, of, |holder, held| within.sees(holder, held)) {
            for (at, nth, root) in held.get(holder).into_iter().flatten() {
                if within.may(&bodies[*at], *root, package, index) {
                    let known = first.entry(*at).or_insert(*nth);
                    *known = (*known).min(*nth);
                }
            }
        }
        for (at, nth) in first.into_iter().filter(|(at, _)| at != drop) {
            let place = bodies[at].holds.get(nth).map(|(_, place)| place.clone());
            steps.push((at, Edge { to: *drop, place, how: Step::Drops }));
        }
    }
    steps
}
