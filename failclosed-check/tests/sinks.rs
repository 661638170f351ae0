//! The lists of effects: each name is one that its crate has, spelled as the compiler prints it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

#[path = "wild/listed.rs"]
mod listed;

use std::collections::BTreeSet;

use failclosed_check::{config::Config, sinks};

#[test]
fn every_listed_effect_is_found_where_it_is_named() {
    let of = listed::of("sinks");
    let missing = listed::missing("sinks", &of);
    assert!(missing.is_empty(), "listed, and not found: {missing:#?}");
    assert!(of.len() > 100, "{}", of.len());
}

#[test]
fn every_list_is_proven_by_one_of_the_fixtures() {
    // `tests/wild` builds the second, which takes longer.
    let proven: BTreeSet<String> =
        ["sinks", "more_sinks"].into_iter().flat_map(listed::of).collect();
    let all = sinks::all(&Config::default()).unwrap();
    let open: Vec<_> = all.iter().filter(|sink| !proven.contains(&sink.path)).collect();
    assert!(open.is_empty(), "no fixture has the crate of {open:#?}");
}

#[test]
fn without_a_choice_what_only_concerns_this_process_is_left_out() {
    let all = sinks::all(&Config::default()).unwrap();
    assert!(all.iter().all(|sink| sink.effect != "env"));
    assert!(all.iter().any(|sink| sink.path == "std::process::Command::spawn"));
}
