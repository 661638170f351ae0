//! Ways to hide an effect, or to look guarded: each is found, or stands in the guide with the reason.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use failclosed_check::{
    reach::State,
    run::{self, Options, Report},
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evasions")
}

fn check(strict: bool) -> Report {
    if !home().join("Cargo.lock").exists() {
        fs::copy(repository().join("Cargo.lock"), home().join("Cargo.lock")).unwrap();
    }
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    let mut options = Options::new(home(), Some(wrapper));
    options.target = Some(repository().join("target/check-fixtures"));
    options.strict_stable = strict;
    run::check(&options).unwrap()
}

/// A file, a line, and what stands behind `//~` there.
type Mark = (String, usize, String);

fn marks() -> Vec<Mark> {
    let mut marks = Vec::new();
    for directory in ["examples", "src"] {
        let mut files: Vec<PathBuf> = fs::read_dir(home().join(directory))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for path in files {
            let name = format!("{directory}/{}", path.file_name().unwrap().to_str().unwrap());
            for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                for mark in line.split("//~").nth(1).into_iter().flat_map(|m| m.split('~')) {
                    marks.push((name.clone(), at + 1, mark.trim().to_owned()));
                }
            }
        }
    }
    marks
}

#[test]
fn each_way_is_found_and_nothing_else() {
    let report = check(false);
    let found: BTreeSet<Mark> = report
        .findings
        .iter()
        .map(|f| (f.place.file.clone(), f.place.line, f.rule.id.to_owned()))
        .collect();
    let expected: BTreeSet<Mark> =
        marks().into_iter().filter(|(_, _, mark)| mark.starts_with("FC")).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed {missed:#?}\nfalse {wrong:#?}");
    assert!(expected.len() > 45, "{}", expected.len());
}

#[test]
fn what_is_guarded_is_counted_so_and_what_is_missed_is_still_missed() {
    let report = check(false);
    let state = |file: &str, line: usize| {
        report
            .effects
            .iter()
            .find(|effect| effect.place.file == file && effect.place.line == line)
            .map(|effect| effect.state)
    };
    for (file, line, mark) in marks() {
        if mark == "guarded" {
            assert_eq!(state(&file, line), Some(State::Guarded), "{file}:{line}");
        } else if mark.starts_with("missed") {
            let seen = state(&file, line);
            assert!(matches!(seen, None | Some(State::Unreached)), "{file}:{line}: {seen:?}");
        }
    }
}

/// Nothing that is found otherwise is lost where nothing may be unlocked; places may differ.
#[test]
fn strict_stable_mode_finds_them_as_well() {
    let (normal, strict) = (check(false), check(true));
    let unguarded = |report: &Report| {
        let mut sinks: BTreeMap<String, usize> = BTreeMap::new();
        for effect in report.effects.iter().filter(|effect| effect.state == State::Unguarded) {
            *sinks.entry(effect.sink.clone()).or_default() += 1;
        }
        sinks
    };
    let (all, found) = (unguarded(&normal), unguarded(&strict));
    let lost: Vec<_> =
        all.iter().filter(|(sink, times)| found.get(*sink).is_none_or(|t| t < *times)).collect();
    assert!(lost.is_empty(), "{lost:#?}\n{found:#?}");
    let escapes = |report: &Report| {
        report.findings.iter().filter(|finding| finding.rule.id == "FC0104").count()
    };
    assert!(escapes(&strict) >= escapes(&normal));
}

#[test]
fn the_guide_shows_what_is_missed() {
    let mut table = String::from("| missed | why |\n| --- | --- |\n");
    for (file, line, mark) in marks() {
        let Some(why) = mark.strip_prefix("missed ") else { continue };
        let text = fs::read_to_string(home().join(&file)).unwrap();
        let code = text.lines().nth(line - 1).unwrap().split("//~").next().unwrap().trim();
        table.push_str(&format!("| `{code}` | {why} |\n"));
    }
    let guide = fs::read_to_string(repository().join("src/guide/check.md")).unwrap();
    assert!(guide.contains(&table), "the guide's table should be\n\n{table}");
}
