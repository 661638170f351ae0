//! Fail-open shapes in permission code, from the source alone: no build.
//!
//! Anchored on this library's types, not on what functions are called: an `impl Authority`, a function
//! that returns a `Decision`, a closure that is given to `authority_fn`. What is outside of such a
//! region is not judged.

mod arms;
mod bodies;
mod declared;
mod detached;
mod doors;
mod effects;
mod judged;
mod kept;
mod laxer;
mod leaf;
mod open;
mod permissive;
mod region;
mod siblings;
mod unseen;
mod usage;

use std::collections::{BTreeSet, HashSet};

use crate::{
    finding::Finding,
    names::{self, Names},
    sinks::Sink,
    source::{SourceFile, Unit},
};

pub use region::Kind;

/// All findings of one package, with these effects in mind.
pub fn unit(unit: &Unit, sinks: &[Sink]) -> Vec<Finding> {
    // Code that does not know this library has no permission code that could be anchored.
    if unit.roots.is_empty() {
        return Vec::new();
    }
    let defined = names::defined(unit);
    let files: Vec<(&SourceFile, Names<'_>)> =
        unit.files.iter().map(|file| (file, Names::of(file, unit, &defined))).collect();
    let regions = region::all(&files);
    let mut findings = Vec::new();
    for region in &regions {
        arms::check(region, &mut findings);
        judged::check(region, &mut findings);
    }
    let policy = declared::policy_types(&files);
    for (file, names) in &files {
        declared::check(file, names, &policy, &mut findings);
        usage::check(file, names, &mut findings);
        open::check(file, names, &mut findings);
    }
    usage::never_started(&files, &mut findings);
    let effects = effects::Effects::of(&files, sinks);
    let mut called = HashSet::new();
    for (file, names) in &files {
        for guarded in bodies::of(file, names) {
            kept::check(file, &guarded, &mut findings);
            detached::check(file, names, &effects, &guarded, &mut findings);
            unseen::check(file, names, &effects, &guarded, &mut findings);
            leaf::called(&guarded, &mut called);
        }
    }
    for (file, names) in &files {
        leaf::check(file, names, &effects, &called, &mut findings);
    }
    siblings::check(&files, &siblings::Functions::of(&files), &effects, &mut findings);
    doors::check(&files, &mut findings);
    laxer::check(&files, &mut findings);
    findings.sort_by(|a, b| (&a.place, a.rule.id).cmp(&(&b.place, b.rule.id)));
    // A region may lie in another, and a value be a condition as well: one line breaks a rule once.
    let mut seen = BTreeSet::new();
    findings
        .retain(|found| seen.insert((found.rule.id, found.place.file.clone(), found.place.line)));
    findings
}
