//! What types say of values that nobody looks at: some alarms of the source alone are none, and others are
//! raised that it cannot raise.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use failclosed_check::run::{self, Options};

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/typed")
}

/// The lines that carry one of these marks.
fn marked(any: &[&str]) -> BTreeSet<usize> {
    let text = fs::read_to_string(home().join("src/main.rs")).unwrap();
    let mark = |line: &str| line.split("//~ ").nth(1).map(|mark| mark.trim().to_owned());
    let lines = text.lines().enumerate();
    let found = lines.filter(|(_, line)| mark(line).is_some_and(|mark| any.contains(&&*mark)));
    found.map(|(at, _)| at + 1).collect()
}

fn found(wrapper: Option<PathBuf>, strict: bool) -> BTreeSet<usize> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    if !home().join("Cargo.lock").exists() {
        fs::copy(repository.join("Cargo.lock"), home().join("Cargo.lock")).unwrap();
    }
    let mut options = Options::new(home(), wrapper);
    options.target = Some(repository.join("target/check-fixtures"));
    options.strict_stable = strict;
    let report = run::check(&options).unwrap();
    let others: Vec<_> = report.findings.iter().filter(|f| f.rule.id != "FC0214").collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(report.findings.iter().all(|finding| finding.place.file == "src/main.rs"));
    let lines: Vec<usize> = report.findings.iter().map(|finding| finding.place.line).collect();
    let once: BTreeSet<usize> = lines.iter().copied().collect();
    assert_eq!(once.len(), lines.len(), "one line is told of twice: {lines:?}");
    once
}

#[test]
fn types_raise_some_alarms_and_drop_others() {
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    assert_eq!(found(Some(wrapper), false), marked(&["typed", "both"]));
    assert!(marked(&["typed"]).len() > 10 && marked(&["lint"]).len() == 3);
}

#[test]
fn without_types_the_source_has_the_word() {
    assert_eq!(found(None, false), marked(&["lint", "both"]));
    // Places are lost in that mode, and types with them.
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    assert_eq!(found(Some(wrapper), true), marked(&["lint", "both"]));
}
