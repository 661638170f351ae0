//! The sample workspace: what is planted in it, what is found, what is missed and what is false, as a
//! table that the guide shows.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use failclosed_check::run::{self, Options, Report};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sample() -> PathBuf {
    locked(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample"))
}

/// The repository's own lock file is the fixtures' too: nothing is resolved twice.
fn locked(home: PathBuf) -> PathBuf {
    let lock = home.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(repository().join("Cargo.lock"), lock).unwrap();
    }
    home
}

fn check() -> Report {
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    let mut options = Options::new(sample(), Some(wrapper));
    options.target = Some(repository().join("target/check-fixtures"));
    run::check(&options).unwrap()
}

/// What stands behind `//~` on a line: rules, `bypassed`, `guarded`, `unreached`, `missed`.
type Marks = BTreeSet<(String, usize, String)>;

fn marks() -> Marks {
    let mut marks = Marks::new();
    for directory in ["agent/src", "payments/src", "vendor/helper/src"] {
        for entry in fs::read_dir(sample().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{directory}/{}", path.file_name().unwrap().to_str().unwrap());
            for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                for mark in line.split("//~").nth(1).into_iter().flat_map(|m| m.split('~')) {
                    let kind = mark.split_whitespace().next().unwrap().to_owned();
                    marks.insert((name.clone(), at + 1, kind));
                }
            }
        }
    }
    marks
}

fn planted(kind: &str) -> usize {
    marks().iter().filter(|(_, _, mark)| mark == kind).count()
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    let report = check();
    let found: Marks = report
        .findings
        .iter()
        .map(|f| (f.place.file.clone(), f.place.line, f.rule.id.to_owned()))
        .collect();
    let expected: Marks =
        marks().into_iter().filter(|(_, _, mark)| mark.starts_with("FC")).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed {missed:#?}\nfalse {wrong:#?}");
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn effects_are_counted_as_they_are_planted() {
    let report = check();
    let [(build, counts)] = report.builds.as_slice() else { unreachable!("one build") };
    assert_eq!(build, "default");
    let unguarded = planted("FC0101") + planted("FC0105") + planted("bypassed");
    assert_eq!(
        (counts.guarded, counts.unguarded, counts.unreached),
        (planted("guarded"), unguarded, planted("unreached")),
    );
    // A generic writer is the one effect of this build that no list can name.
    assert_eq!(counts.effects, counts.guarded + counts.unguarded + counts.unreached);
}

#[test]
fn the_way_is_shown_hop_by_hop() {
    let report = check();
    let finding = report.findings.iter().find(|f| f.place.file == "agent/src/generics.rs").unwrap();
    let hops: Vec<&str> = finding.hops.iter().map(|hop| hop.text.as_str()).collect();
    assert_eq!(
        hops,
        [
            "entry point `agent::main`",
            "calls `agent::generics::all`",
            "calls `agent::generics::keep_twice`",
            "calls `agent::generics::Disk::keep`",
        ]
    );
    let around: BTreeMap<&str, &str> = report
        .findings
        .iter()
        .filter(|finding| finding.rule.id == "FC0102")
        .map(|f| (f.inside.as_str(), f.callee.as_deref().unwrap()))
        .collect();
    assert_eq!(
        around,
        BTreeMap::from([
            ("payments::purchase_with_retry", "payments::do_charge"),
            ("payments::quick_buy", "payments::do_charge"),
        ])
    );
}

#[test]
fn the_guide_shows_the_table() {
    let mut table = String::from("| planted | number | said |\n| --- | --- | --- |\n");
    for (what, mark, said) in [
        ("effects reached without a guard", "FC0101", "found"),
        ("calls around a guard", "FC0102", "found"),
        ("guards that this build does not have", "FC0103", "found"),
        ("effects that can outlive their permission", "FC0104", "found"),
        ("effects without a name: foreign functions, assembly and the like", "FC0105", "found"),
        ("effects behind a guard", "guarded", "counted as guarded"),
        ("effects that nothing reaches", "unreached", "counted as not reached"),
        ("effects that cannot be seen", "missed", "missed"),
    ] {
        let number = planted(mark);
        table.push_str(&format!("| {what} | {number} | {said} |\n"));
    }
    let guide = fs::read_to_string(repository().join("src/guide/check.md")).unwrap();
    assert!(guide.contains(&table), "the guide's table should be\n\n{table}");
}
