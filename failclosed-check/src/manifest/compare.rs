//! The manifest that was reviewed beside the one of now. Lines may move; what is guarded, how, and what is
//! asked may not, before somebody has looked at it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Executor, FILE, Manifest,
    text::{action, argument},
};

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Change {
    /// What changed, from what to what.
    pub what: String,
    /// What to do.
    pub help: String,
}

/// Everything that is not as it was. Empty: nothing.
pub fn changes(kept: &Manifest, now: &Manifest) -> Vec<Change> {
    let (kept, now) = (kept.kept(), now.kept());
    let mut changes = Vec::new();
    let (before, after) = (by_function(&kept), by_function(&now));
    for function in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let none = Vec::new();
        let old = before.get(*function).unwrap_or(&none);
        let new = after.get(*function).unwrap_or(&none);
        function_changes(old, new, &mut changes);
    }
    let locks = |manifest: &Manifest| -> BTreeMap<String, String> {
        manifest.locked.iter().map(|lock| (lock.field.clone(), lock.ty.clone())).collect()
    };
    let (before, after) = (locks(&kept), locks(&now));
    for (field, ty) in &before {
        match after.get(field) {
            None => changes.push(Change {
                what: format!("`{field}` is locked no longer: it was `{ty}`"),
                help: format!("lock it again, {}", or_write()),
            }),
            Some(other) if other != ty => changes.push(Change {
                what: format!("the lock of `{field}` changed: `{ty}` -> `{other}`"),
                help: format!("take it back, {}", or_write()),
            }),
            Some(_) => {}
        }
    }
    for field in after.keys().filter(|field| !before.contains_key(*field)) {
        changes.push(Change {
            what: format!("`{field}` is locked, and not in the manifest"),
            help: write_it(),
        });
    }
    changes
}

fn by_function(manifest: &Manifest) -> BTreeMap<&str, Vec<&Executor>> {
    let mut by: BTreeMap<&str, Vec<&Executor>> = BTreeMap::new();
    for executor in &manifest.executors {
        by.entry(&executor.function).or_default().push(executor);
    }
    by
}

fn write_it() -> String {
    format!("review it, then `cargo failclosed manifest --write {FILE}`")
}

fn or_write() -> String {
    format!("or {}", write_it())
}

/// Several executors may share a path: two builds, two `guard.run(..)`. Those that are equal are taken out
/// first, and the others compared in their order.
fn function_changes(old: &[&Executor], new: &[&Executor], changes: &mut Vec<Change>) {
    let mut left: Vec<&Executor> = new.to_vec();
    let mut gone: Vec<&Executor> = Vec::new();
    for executor in old {
        match left.iter().position(|other| other == executor) {
            Some(at) => drop(left.remove(at)),
            None => gone.push(executor),
        }
    }
    let mut left = left.into_iter();
    for old in gone {
        match left.next() {
            Some(new) => {
                let of = format!("`{}` ({})", old.function, new.file);
                let found = differences(old, new);
                changes.extend(found.into_iter().map(|what| Change {
                    what: format!("{of}: {what}"),
                    help: format!("take it back, {}", or_write()),
                }));
            }
            None => changes.push(Change {
                what: format!(
                    "`{}` ({}) is not guarded any more, or not there: it asked for `{}`",
                    old.function,
                    old.file,
                    action(old)
                ),
                help: format!("put its guard back; if it is gone or has moved, {}", write_it()),
            }),
        }
    }
    for new in left {
        changes.push(Change {
            what: format!(
                "`{}` ({}) is guarded, and not in the manifest: it asks for `{}`",
                new.function,
                new.file,
                action(new)
            ),
            help: write_it(),
        });
    }
}

fn differences(old: &Executor, new: &Executor) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, old: String, new: String| {
        if old != new {
            found.push(format!("{what} changed: `{old}` -> `{new}`"));
        }
    };
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    differ("the action", action(old), action(new));
    differ("the action's type", said(&old.action_type), said(&new.action_type));
    differ("how it is guarded", old.guarded_by.as_str().into(), new.guarded_by.as_str().into());
    differ("which guard asks", said(&old.guard), said(&new.guard));
    differ("when it is guarded", said(&old.guarded_if), said(&new.guarded_if));
    differ("when it exists", old.conditions.join(", "), new.conditions.join(", "));
    differ("the file", old.file.clone(), new.file.clone());
    differ("which one of its kind it is", said(&old.instance), said(&new.instance));
    let on = |one: &Executor| one.resource.as_ref().map(|resource| resource.expression.clone());
    differ("the resource", said(&on(old)), said(&on(new)));
    differ("what it opens", old.opens.join(", "), new.opens.join(", "));
    let who = |one: &Executor| one.implemented_by.join(", ");
    differ("who implements it", who(old), who(new));
    let names = |one: &Executor| -> BTreeMap<String, String> {
        let skipped = one.skipped.iter().map(|one| {
            (
                one.name.clone(),
                format!("{}: {} (skipped)", one.name, one.ty.as_deref().unwrap_or("?")),
            )
        });
        one.arguments.iter().map(|one| (one.name.clone(), argument(one))).chain(skipped).collect()
    };
    let (before, after) = (names(old), names(new));
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let told = |names: &BTreeMap<String, String>| {
            names.get(name).cloned().unwrap_or_else(|| "none".to_owned())
        };
        differ(&format!("the argument `{name}`"), told(&before), told(&after));
        // A type may stay the same in name, and have another field.
        let to_policies = |one: &Executor| {
            let of = one.arguments.iter().find(|argument| argument.name == *name);
            of.map(|argument| argument.cedar.to_string())
        };
        if let (Some(old), Some(new)) = (to_policies(old), to_policies(new)) {
            differ(&format!("what `{name}` is to a policy"), old, new);
        }
    }
    if found.is_empty() {
        // FAIL CLOSED: what has no words here is a change all the same.
        found.push(format!("it is not as it was:\n{old:?}\n{new:?}"));
    }
    found
}
