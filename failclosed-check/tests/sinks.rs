//! The lists of effects: each name is one that its crate has, spelled as the compiler prints it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use failclosed_check::{
    config::Config,
    run::{self, Options},
    sinks,
};

#[test]
fn every_listed_effect_is_found_where_it_is_named() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = here.join("tests/fixtures/sinks");
    if !home.join("Cargo.lock").exists() {
        // What both have in common is not resolved twice.
        fs::copy(here.parent().unwrap().join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    }
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    let mut options = Options::new(&home, Some(wrapper));
    options.target = Some(here.parent().unwrap().join("target/check-fixtures"));
    let report = run::check(&options).unwrap();
    let found: BTreeSet<String> = report.findings.iter().filter_map(|f| f.sink.clone()).collect();
    let listed: BTreeSet<String> = sinks::all(&Config::load(&home).unwrap())
        .unwrap()
        .into_iter()
        .map(|sink| sink.path)
        .collect();
    let missing: Vec<_> = listed.difference(&found).collect();
    assert!(missing.is_empty(), "listed, and not found: {missing:#?}");
    assert!(listed.len() > 100, "{}", listed.len());
}

#[test]
fn without_a_choice_what_only_concerns_this_process_is_left_out() {
    let all = sinks::all(&Config::default()).unwrap();
    assert!(all.iter().all(|sink| sink.effect != "env"));
    assert!(all.iter().any(|sink| sink.path == "std::process::Command::spawn"));
}
