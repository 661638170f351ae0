//! Where a value is held, it may be dropped.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    compact::{Bodies, Id},
    graph::{Edge, Step, krate},
    index::Index,
    path,
    within::Within,
};

/// Bodies that hold a name, each with where first: by their crate, and by what the name's path begins with.
type Held<'b> = HashMap<(&'b str, Option<&'b str>), Vec<(usize, usize)>>;

/// The steps to `drop`s, each with the body that it is from. `drops`: bodies of `Drop::drop`, with the type's
/// name.
pub(super) fn steps(
    bodies: &Bodies,
    drops: &[(usize, String)],
    index: &Index,
    within: &Within,
) -> Vec<(usize, Edge)> {
    let own = |at: usize| bodies.all.get(at).map_or("", |body| krate(bodies.texts.get(body.path)));
    let sees = |holder: &str, held: &str| within.sees(holder, held);
    let drops = drops.iter().map(|(drop, name)| {
        let of = within.packages(own(*drop));
        (*drop, index.holders(name, of, sees))
    });
    let drops: Vec<(usize, HashSet<(&str, &str)>)> = drops.collect();
    let asked: HashSet<&str> =
        drops.iter().flat_map(|(_, holders)| holders).map(|(_, holder)| *holder).collect();
    let held = held(bodies, &asked);
    let mut steps = Vec::new();
    for (drop, holders) in drops {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for (package, holder) in holders {
            for ((krate, root), all) in held.get(holder).into_iter().flatten() {
                if within.may(krate, *root, package, index) {
                    for (at, nth) in all {
                        let known = first.entry(*at).or_insert(*nth);
                        *known = (*known).min(*nth);
                    }
                }
            }
        }
        for (at, nth) in first.into_iter().filter(|(at, _)| *at != drop) {
            let place = bodies.all[at].holds.get(nth).map(|(_, place)| *place);
            steps.push((at, Edge { to: drop, place, how: Step::Drops }));
        }
    }
    steps
}

/// Who holds these names, by the name.
fn held<'b>(bodies: &'b Bodies, asked: &HashSet<&str>) -> HashMap<&'b str, Held<'b>> {
    // The names in each text that is a type: the same few stand in all bodies.
    let mut named: HashMap<Id, Vec<(Option<&str>, &str)>> = HashMap::new();
    let mut held: HashMap<&str, Held<'_>> = HashMap::new();
    for (at, body) in bodies.all.iter().enumerate() {
        let own = krate(bodies.texts.get(body.path));
        for (nth, (ty, _)) in body.holds.iter().enumerate() {
            let names = named.entry(*ty).or_insert_with(|| {
                let names = path::rooted_names(bodies.texts.get(*ty));
                names.filter(|(_, name)| asked.contains(name)).collect()
            });
            for (root, name) in names {
                let all = held.entry(name).or_default().entry((own, *root)).or_default();
                if all.last().is_none_or(|(last, _)| *last != at) {
                    all.push((at, nth));
                }
            }
        }
    }
    held
}
