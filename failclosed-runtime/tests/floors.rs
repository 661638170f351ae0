//! Which module of the runtime may know which: each file may be read knowing only what stands below it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends at the first fault")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Bottom up. A module names modules of lower floors only, not its neighbours.
const FLOORS: &[(&str, &[&str])] = &[
    ("words", &["contain", "domain", "error", "id", "resource", "text"]),
    ("names", &["name"]),
    ("what can be said", &["argument", "decision", "subject"]),
    ("questions and answers", &["action", "answer", "deadline", "denial", "request", "strict"]),
    ("parties", &["approval", "audit", "authority", "host", "observe", "permit"]),
    ("who asks whom", &["cedar", "exit_code", "guard", "http", "locked", "telemetry", "terminal"]),
    ("an allowed call", &["call", "danger", "directory", "guarded"]),
    ("the door", &["enforce"]),
    ("what it grants with arguments", &["permit_for"]),
    ("ways in", &["private", "run", "self_check", "tower"]),
    ("hosts", &["acp", "axum", "hook", "mcp", "rig"]),
];

/// Modules that lie inside another one's folder and stand on a floor of their own.
const APART: &[(&str, &str)] = &[
    ("authority", "cedar"),
    ("authority", "exit_code"),
    ("authority", "http"),
    ("approval", "terminal"),
];

fn floor(module: &str) -> usize {
    let found = FLOORS.iter().position(|(_, modules)| modules.contains(&module));
    found.unwrap_or_else(|| {
        panic!("`{module}` has no floor\nhelp: give it one in FLOORS, above all that it names")
    })
}

/// `authority::cedar::value` and `cedar` alike are `cedar`.
fn module(path: &[String]) -> String {
    let apart = APART.iter().find(|(parent, child)| {
        path.first().is_some_and(|p| p == parent) && path.get(1).is_some_and(|c| c == child)
    });
    apart.map_or_else(|| path[0].clone(), |(_, child)| (*child).to_owned())
}

/// Input: the tokens behind `crate`. Output: each path that they spell, `{..}` taken apart.
fn paths(tokens: &[TokenTree]) -> Vec<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Punct(a), TokenTree::Punct(b), next, behind @ ..] = rest {
        if a.as_char() != ':' || b.as_char() != ':' {
            break;
        }
        match next {
            TokenTree::Ident(name) => path.push(name.to_string()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                return branches(group.stream())
                    .into_iter()
                    .map(|branch| path.iter().cloned().chain(branch).collect())
                    .collect();
            }
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => break,
        }
        rest = behind;
    }
    if path.is_empty() { Vec::new() } else { vec![path] }
}

/// The paths between the braces of a `use`.
fn branches(tokens: TokenStream) -> Vec<Vec<String>> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    tokens
        .split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
        .filter_map(|branch| branch.split_first())
        .flat_map(|(first, rest)| {
            let first = first.to_string();
            let deeper = paths(rest);
            if deeper.is_empty() {
                return vec![vec![first]];
            }
            let onto = |path: Vec<String>| [first.clone()].into_iter().chain(path).collect();
            deeper.into_iter().map(onto).collect()
        })
        .collect()
}

/// Every path that begins with `crate`, in code and in macros.
fn named(tokens: TokenStream, into: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "crate" => into.extend(paths(&tokens[index + 1..])),
            TokenTree::Group(group) => named(group.stream(), into),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// What a file at `path` must not name, with the module that it is part of.
fn faults(path: &[String], text: &str) -> Vec<String> {
    let own = module(path);
    let mut all = BTreeSet::new();
    named(text.parse().expect("Rust"), &mut all);
    let others: BTreeSet<String> = all.iter().map(|named| module(named)).collect();
    others
        .into_iter()
        .filter(|other| *other != own)
        .filter(|other| floor(other) >= floor(&own))
        .map(|other| format!("{} names `{other}`, which stands no lower", path.join("/")))
        .collect()
}

#[test]
fn no_module_names_one_that_stands_no_lower() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 100, "the sources were not found: {}", files.len());
    let mut all = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).expect("inside").with_extension("");
        let path: Vec<String> =
            inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        // `lib` names all of them; `tests` are read beside what they test.
        if path == ["lib"] || path.last().is_some_and(|last| last == "tests") {
            continue;
        }
        all.extend(faults(&path, &fs::read_to_string(&file).expect("a source")));
    }
    assert!(all.is_empty(), "\n{}\nhelp: see FLOORS in {}", all.join("\n"), file!());
}

#[test]
fn each_form_of_a_path_upwards_is_seen() {
    let own = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    for text in [
        "use crate::enforce::enter;",
        "use crate::{text, enforce::{self, Entry}};",
        "use crate::{text::{line, name}, enforce};",
        "fn f() { crate::enforce::enter() }",
        "macro_rules! m { () => { $crate::enforce::enter() } }",
        "fn f() { write!(f, \"{}\", crate::enforce::NAME) }",
        "mod inner { pub(in crate::enforce) fn f() {} }",
    ] {
        let found = faults(&own("guard/current"), text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
    let nothing =
        faults(&own("guard/current"), "use crate::{text, guard::Guard, request::Request};");
    assert!(nothing.is_empty(), "{nothing:?}");
    // A neighbour, and a part of another floor inside the same folder.
    assert_eq!(faults(&own("call"), "use crate::guarded::Guarded;").len(), 1);
    assert_eq!(faults(&own("authority/all_of"), "use crate::authority::http::X;").len(), 1);
    assert!(faults(&own("authority/http/reply"), "use crate::authority::Answer;").is_empty());
}
