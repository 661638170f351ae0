//! The lists of effects: each name is one that its crate has, spelled as the compiler prints it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

#[path = "wild/listed.rs"]
mod listed;

use std::{collections::BTreeSet, fs, path::Path};

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

#[test]
fn the_guide_says_which_list_is_proven_where() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quick = listed::of("sinks");
    let mut lists: Vec<_> = fs::read_dir(home.join("src/sinks"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().replace('_', "-"), path))
        .collect();
    lists.sort();
    let mut table = String::from("| list | effects | proven by |\n| --- | --- | --- |\n");
    for (name, path) in lists {
        let text = fs::read_to_string(path).unwrap();
        let list: toml::Table = toml::from_str(&text).unwrap();
        let paths: Vec<&str> = list
            .values()
            .flat_map(|v| v.as_array().unwrap())
            .map(|v| v.as_str().unwrap())
            .collect();
        let by = if quick.contains(paths[0]) { "cargo test" } else { "cargo xtask wild" };
        table.push_str(&format!("| `{name}` | {} | `{by}` |\n", paths.len()));
    }
    let guide = fs::read_to_string(home.parent().unwrap().join("src/guide/check.md")).unwrap();
    assert!(guide.contains(&table), "the guide's table should be\n\n{table}");
}
