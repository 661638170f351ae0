//! > Audit Your Own System
//!
//! The checklist that ends the second essay, asked of this workspace's own sources. Its third item,
//! killing the server, is in `killed`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every Rust source that is shipped: not the proofs, whose faults are on purpose.
fn shipped() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for package in [
        "src",
        "failclosed-runtime/src",
        "failclosed-syntax/src",
        "failclosed-macros/src",
        "examples",
    ] {
        collect(&root.join(package), root, &mut found);
    }
    assert!(found.len() > 30, "the sources were not found: {}", found.len());
    found
}

fn collect(directory: &Path, root: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, found);
        } else if path.ends_with("tests.rs") {
            // The tests of the module beside it.
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_owned();
            found.push((name, code(&fs::read_to_string(path).unwrap())));
        }
    }
}

/// The code of a file: without comments, and without the tests at its end.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = shipped.lines().map(|line| line.split("//").next().unwrap_or_default());
    // One space between words, so that a line break in an expression hides nothing.
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// What a fail-open handler looks like in Rust, in lower case.
const FAIL_OPEN: [&str; 16] = [
    "unwrap_or(true)",
    "unwrap_or_else(|_| true)",
    "unwrap_or(decision::allow",
    "unwrap_or(ok(decision::allow",
    "unwrap_or_else(|_| decision::allow",
    "unwrap_or_else(|_| ok(decision::allow",
    "is_ok_and(|_| true)",
    "map_or(true,",
    "is_none_or(|_| true)",
    "err(_) => true",
    "err(_) => return true",
    "err(_) => ok(decision::allow",
    "err(_) => decision::allow",
    "_ => true",
    "_ => decision::allow",
    "_ => ok(decision::allow",
];

fn fail_open(code: &str) -> Option<&'static str> {
    let code = code.to_lowercase();
    FAIL_OPEN.into_iter().find(|shape| code.contains(shape))
}

/// > Grep for `except.*return True` in your permission code
#[test]
fn no_error_handler_returns_an_allow() {
    for (path, code) in shipped() {
        assert_eq!(fail_open(&code), None, "in {}", path.display());
    }
}

/// The search finds what it is for.
#[test]
fn the_search_finds_a_fail_open_handler() {
    for planted in [
        "let allowed = check().await.unwrap_or(true);",
        "match ask().await {\n    Ok(decision) => decision,\n    Err(_) =>\n        Decision::allow(),\n}",
        "match answer { Decision::Deny(d) => deny(d), _ => Ok(Decision::Allow(allow)) }",
    ] {
        assert!(fail_open(&code(planted)).is_some(), "{planted}");
    }
    assert!(fail_open(&code("// unwrap_or(true) is what not to write")).is_none());
}

/// Where the runtime makes or takes a yes, how often, and why that is no grant.
const REVIEWED: [(&str, usize, &str); 23] = [
    ("authority/cedar/ask.rs", 1, "to the canary alone: policies that forbid nothing do not start"),
    ("decision.rs", 2, "`Decision::allow()`, for whoever is an authority; naming its grounds"),
    ("danger.rs", 2, "the escape hatch, stamped; and a yes that is passed on as it was"),
    (
        "enforce/decide.rs",
        4,
        "the matches: the authority, both times; the person, and whose question that yes answers; and \
         a message",
    ),
    (
        "approval/answer.rs",
        2,
        "`Ask::approved`, for whoever is an approver, and who said it: a yes to one question about one \
         call",
    ),
    (
        "approval/remember.rs",
        3,
        "the approver's yes, passed on and matched; one that is remembered, as the answer to this call",
    ),
    ("authority/all_of.rs", 2, "a vote is counted; every vote was an allow"),
    ("authority/delegated.rs", 1, "the match: a yes for one of a chain is left as it is"),
    (
        "authority/first_match.rs",
        2,
        "the canary's answer passed on, so that a lax member fails the start",
    ),
    (
        "authority/spare_questions.rs",
        5,
        "the canary's answer, passed on; a question that the other allows",
    ),
    ("acp/approver.rs", 2, "prepared; the option that allows this very question was selected"),
    ("mcp/form.rs", 1, "the form came back accepted, and `approve` is the boolean `true`"),
    (
        "mcp/person.rs",
        2,
        "prepared, for the form of a call that waits and of one that is made again",
    ),
    ("mcp/hints.rs", 1, "the match on a yes that becomes a question"),
    (
        "approval/terminal.rs",
        2,
        "prepared; the code of this question was typed, after it was shown",
    ),
    ("authority/cedar/answer.rs", 1, "a permit applied, no forbid did, and no policy failed"),
    (
        "authority/exit_code/verdict.rs",
        1,
        "the status is 0, and the word is `allow` and nothing else",
    ),
    ("authority/http/authzen.rs", 1, "`decision` is true, and nothing beside it is a condition"),
    ("authority/http/behalf.rs", 1, "`allowed` is true, outside shadows and approvals"),
    ("authority/http/exchange.rs", 2, "a yes passed on, without ids that repeat our credentials"),
    ("authority/http/opa.rs", 1, "`result`, or its `allow` where it is bound, is true"),
    ("authority/http/openfga.rs", 1, "`allowed` is true"),
    ("authority/http/spicedb.rs", 1, "`permissionship` is has-permission, without conditions"),
];

fn allows(code: &str) -> usize {
    [
        "Decision::Allow(",
        "Decision::allow()",
        "Self::Allow(Allow",
        "Self::Allow(allow) => &mut",
        ".approved(request)",
        "Ok(yes)",
    ]
    .iter()
    .map(|shape| code.matches(shape).count())
    .sum()
}

/// Every place in the runtime where a yes is made or taken is known. A new one is a line here, and
/// a reason.
#[test]
fn every_allow_in_the_runtime_is_reviewed() {
    let runtime = Path::new("failclosed-runtime/src");
    let mut unreviewed = Vec::new();
    for (path, code) in shipped() {
        let Ok(name) = path.strip_prefix(runtime) else { continue };
        let reviewed = REVIEWED.iter().find(|(file, ..)| name == Path::new(file));
        let (found, expected) = (allows(&code), reviewed.map_or(0, |(_, count, _)| *count));
        if found != expected {
            unreviewed.push(format!("{}: {found}, not {expected}", name.display()));
        }
    }
    assert!(unreviewed.is_empty(), "review each allow: {unreviewed:#?}");
}

/// A permit and an open call are made in one place each.
#[test]
fn permits_are_made_in_one_place() {
    let sites = |shape: &str| -> Vec<String> {
        let files = shipped().into_iter().filter(|(_, code)| code.contains(shape));
        files.map(|(path, _)| path.display().to_string()).collect()
    };
    assert_eq!(sites("Permit::lend("), ["failclosed-runtime/src/call.rs"]);
    assert_eq!(sites("Call::open("), ["failclosed-runtime/src/enforce.rs"]);
    // And a yes is put together by hand in two places; `Decision::allow()` is the third.
    let made = ["authority/all_of.rs", "danger.rs"];
    let mut sites = sites("Allow { grounds");
    sites.sort();
    assert_eq!(sites, made.map(|file| format!("failclosed-runtime/src/{file}")));
}

/// > Check every timeout handler — what happens when the approval request times out?
///
/// Each wait of the runtime goes through `Deadline`, whose two ways out are both denials; that they
/// deny is in `denies/deadline.rs` and `denies/approval.rs`.
#[test]
fn every_timeout_is_the_deadlines() {
    for (path, code) in shipped() {
        let deadline = path == Path::new("failclosed-runtime/src/deadline.rs");
        let waits = ["tokio::time::", "time::timeout", "sleep("];
        let found = waits.iter().any(|shape| code.contains(shape));
        let example = path.starts_with("examples");
        // Tells a client every ten seconds that its person is being asked. It ends nothing.
        if path == Path::new("failclosed-runtime/src/mcp/progress.rs") {
            continue;
        }
        // A database that is too slow has not recorded anything, and the guard's deadline is looked at after it.
        if path == Path::new("failclosed-runtime/src/audit/blocking.rs") {
            continue;
        }
        assert!(example || found == deadline, "a clock of its own in {}", path.display());
    }
}

/// > Search for auto-allow or default allow in your logging
#[test]
fn nothing_is_allowed_by_default_or_automatically() {
    let words = ["auto-allow", "auto_allow", "default allow", "default_allow", "allowing anyway"];
    for (path, code) in shipped() {
        let code = code.to_lowercase();
        for word in words {
            assert!(!code.contains(word), "{word} in {}", path.display());
        }
    }
}
