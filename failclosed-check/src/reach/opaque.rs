//! Effects that nobody can name: foreign functions, assembly, a pointer that is made a function, a program
//! that starts itself. What they do is not in what the compiler writes, so that they are one is all there
//! is to say.

use super::{
    compact::{At, Bodies, Body, Mention},
    graph::{Build, Site, krate},
    path,
};
use crate::sinks::{FFI, OPAQUE};

/// What a statement does that is none of the language's, as a sink's name: assembly, or a pointer that is
/// taken for a function.
pub(super) fn statement(code: &str) -> Option<&'static str> {
    if is_assembly(code) {
        return Some("asm!");
    }
    let target = code.strip_suffix(" (Transmute)")?.rsplit_once(" as ")?.1;
    is_function(target).then_some("transmute into a function")
}

/// Whether a statement is assembly. Its text stands there as it was written, with its lines.
pub(super) fn is_assembly(text: &str) -> bool {
    text.starts_with("asm!(") || text.starts_with("naked_asm!(")
}

/// Whether a type is a pointer to a function, or may be one.
pub(super) fn is_function(ty: &str) -> bool {
    let ty = ty.strip_prefix("std::option::").unwrap_or(ty);
    let ty = ty.strip_prefix("Option<").unwrap_or(ty);
    abi(ty).starts_with("fn(")
        || abi(ty).strip_prefix("extern \"").is_some_and(|rest| rest.contains(" fn("))
}

/// A function's type without what binds its lifetimes, and without `unsafe`.
fn abi(ty: &str) -> &str {
    let bound = ty
        .strip_prefix("for")
        .filter(|rest| rest.starts_with('<'))
        .and_then(|rest| rest.get(path::closing(rest)? + 1..));
    let ty = bound.unwrap_or(ty).trim_start();
    ty.strip_prefix("unsafe ").unwrap_or(ty)
}

/// Whether a constant is a function with another language's way of calling.
pub(super) fn is_foreign(constant: &str) -> bool {
    // `rust-call` and the like are how closures are called.
    abi(constant).strip_prefix("extern \"").is_some_and(|abi| !abi.starts_with("rust-"))
}

/// The places at which a body does what cannot be named. `is_listed`: whether a list of effects, or of what is
/// none, knows a mention by its name.
pub(super) fn sites(
    all: &Bodies,
    at: usize,
    graph: &Build<'_>,
    is_listed: impl Fn(&str) -> bool,
) -> Vec<Site> {
    let body = &all.all[at];
    let site = |effect: &str, sink: &str, place: At| Site {
        body: at,
        place: all.place(place),
        sink: sink.to_owned(),
        effect: effect.to_owned(),
    };
    let text = |id| all.texts.get(id);
    let mut found: Vec<Site> =
        body.opaque.iter().map(|(what, place)| site(OPAQUE, text(*what), *place)).collect();
    for mention in &body.mentions {
        let path = text(mention.path);
        // Code of the workspace is followed.
        if mention.foreign && !graph.has_body(body, mention) && !is_listed(path) {
            found.push(site(FFI, path, mention.place));
        }
        if transmutes(path, text(mention.full)) {
            found.push(site(OPAQUE, "transmute into a function", mention.place));
        }
    }
    if let Some(itself) = starts_itself(all, body, graph) {
        found.push(site(OPAQUE, ITSELF, itself.place));
    }
    found
}

fn transmutes(path: &str, full: &str) -> bool {
    path::last(path) == "transmute_copy"
        && full.rsplit_once("::<").is_some_and(|(_, types)| {
            let types = types.strip_suffix('>').unwrap_or(types);
            path::split(types).last().is_some_and(|to| is_function(to))
        })
}

/// Paths by which some of this is known.
pub(super) const LOOKED_FOR: [&str; 5] = [
    ITSELF,
    "std::mem::transmute_copy",
    "std::process::Command::new",
    "tokio::process::Command::new",
    "<std::process::Command as std::os::unix::process::CommandExt>::exec",
];

const ITSELF: &str = "std::env::current_exe";

/// Where a body asks for its own program, in the same breath in which it makes a command: what it is told
/// to do then begins in `main`, with arguments that nobody looks at here.
fn starts_itself<'b>(all: &Bodies, body: &'b Body, graph: &Build<'_>) -> Option<&'b Mention> {
    let path = |mention: &Mention| all.texts.get(mention.path);
    let makes = |mention: &Mention| {
        path(mention).ends_with("::process::Command::new")
            || path(mention).ends_with("CommandExt>::exec")
    };
    if !body.mentions.iter().any(makes) {
        return None;
    }
    let own = krate(all.texts.get(body.path));
    // A function that only looks it up.
    let looks_up = |other: &Body| {
        all.texts.get(other.returns).contains("Path")
            && other.mentions.iter().any(|inner| path(inner) == ITSELF)
    };
    body.mentions.iter().find(|mention| {
        let (path, local) = (path(mention), format!("{own}::{}", path(mention)));
        path == ITSELF || graph.of_path(path).chain(graph.of_path(&local)).any(looks_up)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_told_from_other_types() {
        for (ty, expected) in [
            ("fn()", true),
            ("unsafe extern \"C\" fn(*const i8) -> i32", true),
            ("for<'a> fn(&'a str)", true),
            ("std::option::Option<extern \"system\" fn()>", true),
            ("usize", false),
            ("std::vec::Vec<fn()>", false),
            ("a::fnord", false),
        ] {
            assert_eq!(is_function(ty), expected, "{ty}");
        }
        assert!(is_foreign("for<'a> unsafe extern \"C\" fn(&'a u8) {a::b}, val: Value(a::b) }"));
        assert!(!is_foreign("extern \"rust-call\" fn(A) {a::b}, val: Value(a::b) }"));
        assert!(!is_foreign("fn(extern \"C\" fn()) {a::b}, val: Value(a::b) }"));
    }
}
