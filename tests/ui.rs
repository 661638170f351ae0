//! What must not compile: every attempt on a guarantee in `ui/<class>/fail`, each stopped by what its
//! header names, and each beside a twin in `ui/<class>/pass` that compiles without its offending
//! lines. So no attempt is stopped by a typo, and none by something other than what it is about.
//!
//! ```text
//! // attempt: write a permit's fields
//! // stopped by: E0451
//! ```
//!
//! `stopped by` lists what the compiler reports, and all it reports: an error code, a piece of the
//! message in quotes, or both for one error: `E0277 "is not an action"`. A pass case without a fail
//! twin begins with `// shows: ..`.
//!
//! The recorded texts hold for the compiler in `ui/RUSTC` (`TRYBUILD=overwrite` records them anew,
//! the headers are checked all the same). On another one the same cases run and must be stopped by
//! the same errors, whatever their text: a proof that is skipped would be a proof that fails open.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, process::Command};

use case::{Case, Suite};
use compile::compile;

#[path = "ui/driver/case.rs"]
mod case;
#[path = "ui/driver/compile.rs"]
mod compile;
#[path = "ui/driver/diagnostic.rs"]
mod diagnostic;
#[path = "ui/driver/twin.rs"]
mod twin;

/// How many attempts each class has, and how many programs of it must compile. Whoever adds or takes
/// away one says so here: a suite that may shrink unnoticed proves less each year.
const COUNTS: [(&str, usize, usize); 7] = [
    ("args", 71, 73),
    ("body", 26, 28),
    ("bypass", 113, 115),
    ("derive", 26, 28),
    ("guarded", 171, 171),
    ("item", 39, 41),
    ("paths", 6, 12),
];

#[test]
fn every_attempt_has_a_header_and_a_twin() {
    let suite = suite();
    report(suite.faults());
}

#[test]
fn no_attempt_was_lost() {
    let counts = COUNTS.map(|(class, fail, pass)| (class.to_owned(), fail, pass));
    assert_eq!(suite().counts(), counts);
}

#[test]
fn every_attempt_is_stopped() {
    let suite = suite();
    if blessed() == running() {
        let texts = trybuild::TestCases::new();
        suite.cases.iter().for_each(|case| texts.compile_fail(&case.fail));
        // It compiles and compares when it is dropped; what it may have recorded is checked below.
        drop(texts);
        report(suite.cases.iter().flat_map(Case::recorded_faults).collect());
    } else {
        report(stopped(&suite.cases.iter().collect::<Vec<_>>()));
    }
}

#[test]
fn every_twin_compiles_without_a_warning() {
    report(compiling(&suite().passing));
}

/// The way of another compiler, on this one: one attempt of each class.
#[test]
fn attempts_are_stopped_by_their_codes_alone() {
    let suite = suite();
    let mut classes = Vec::new();
    let some: Vec<_> = suite
        .cases
        .iter()
        .filter(|case| {
            !classes.contains(&&case.class) && {
                classes.push(&case.class);
                true
            }
        })
        .collect();
    assert!(some.len() > 1);
    report(stopped(&some));
}

/// The checks themselves can fail: a case that compiles, and a case stopped by something else.
#[test]
fn a_false_proof_is_found() {
    let suite = suite();
    let Some(case) = suite.cases.first() else { panic!("no cases") };
    let compiles = Case { fail: case.pass.clone(), ..case.clone() };
    assert!(!stopped(&[&compiles]).is_empty(), "a case that compiles was taken for a proof");
    let other = Case { stopped_by: diagnostic::Stop::parse("E0000").unwrap(), ..case.clone() };
    assert!(!stopped(&[&other]).is_empty(), "another error was taken for the proof");
    assert!(!other.recorded_faults().is_empty(), "another error was taken for the proof");
    assert!(!compiling(std::slice::from_ref(&case.fail)).is_empty(), "a failure was overlooked");
    let far = Case { pass: "ui.rs".into(), ..case.clone() };
    assert!(!twin::faults(&far).is_empty(), "a twin that is another program was taken for one");
    let same = Case { pass: case.fail.clone(), ..case.clone() };
    assert!(!twin::faults(&same).is_empty(), "a case was taken for its own twin");
}

fn suite() -> Suite {
    Suite::read(Path::new("ui"))
}

/// Each case must be stopped, by what its header names and nothing else.
fn stopped(cases: &[&Case]) -> Vec<String> {
    let files: Vec<_> = cases.iter().map(|case| case.fail.clone()).collect();
    let mut faults = Vec::new();
    for (case, compiled) in cases.iter().zip(compile(&files)) {
        if compiled.succeeded {
            faults.push(format!("{}: compiles", case.fail.display()));
        }
        faults.extend(case.mismatches(&compiled.diagnostics));
    }
    faults
}

fn compiling(files: &[std::path::PathBuf]) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, compiled) in files.iter().zip(compile(files)) {
        if !compiled.succeeded {
            faults.push(format!("{}: does not compile", file.display()));
        }
        let said = compiled.diagnostics.iter();
        faults.extend(said.map(|said| format!("{}: {}", file.display(), said.text)));
    }
    faults
}

/// The compiler whose texts are recorded.
fn blessed() -> String {
    fs::read_to_string("ui/RUSTC").unwrap().trim().to_owned()
}

fn running() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
