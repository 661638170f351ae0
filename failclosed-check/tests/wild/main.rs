//! Programs that other people wrote: as they were published, and with guards and ways around them
//! planted. What is found, what is missed and what is false is a table that the guide shows.
//!
//! Their code is fetched by name from the registry when this runs, and is no part of this repository.
//! `cargo xtask wild` runs it; it builds three programs, so `cargo test` by itself leaves it out.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: it fails by panicking"
)]

mod listed;
mod oracle;
mod program;
mod table;

use std::collections::BTreeMap;

use failclosed_check::{
    reach::State,
    run::{self, Options, Report},
};
use program::{Program, repository};

/// What is known of an effect without its line: file, function, effect.
type Known = (String, String, String);

#[derive(Default)]
struct Tally {
    found: usize,
    missed: Vec<(String, String)>,
    harmless: Vec<(String, String)>,
}

/// One program in both states.
struct Tried {
    program: Program,
    lines: usize,
    guards: usize,
    guarded: usize,
    published: Tally,
    planted: Tally,
}

fn check(program: &Program) -> Report {
    let wrapper = env!("CARGO_BIN_EXE_cargo-failclosed-check").into();
    let mut options = Options::new(program.home(), Some(wrapper));
    options.target = Some(program::target());
    run::check(&options).unwrap_or_else(|error| panic!("{}: {error}", program.name))
}

/// Each effect that is not behind a guard, and how often.
fn seen(report: &Report, state: State) -> BTreeMap<Known, usize> {
    let mut seen = BTreeMap::new();
    for effect in report.effects.iter().filter(|effect| effect.state == state) {
        let known = (effect.place.file.clone(), effect.inside.clone(), effect.sink.clone());
        *seen.entry(known).or_default() += 1;
    }
    seen
}

/// The published program: every effect is one that somebody read, and every one of those is there.
fn as_published(program: &Program, report: &Report) -> Tally {
    let mut tally = Tally::default();
    let mut expected = BTreeMap::new();
    for effect in &program.effects {
        expected.insert(effect.known(), effect.times);
        match &effect.harmless {
            Some(why) => {
                tally.harmless.push((format!("{}: `{}`", effect.file, effect.sink), why.clone()))
            }
            None => tally.found += effect.times,
        }
    }
    assert_eq!(seen(report, State::Unguarded), expected, "{}, as it was published", program.name);
    assert!(seen(report, State::Guarded).is_empty(), "{}", program.name);
    for missed in &program.missed {
        let line = program.line_of(&missed.file, &missed.text);
        assert!(
            !report.effects.iter().any(|e| e.place.file == missed.file && e.place.line == line),
            "{}: {}:{line} is found: it is missed no more",
            program.name,
            missed.file
        );
        tally
            .missed
            .push((format!("{}: `{}`", missed.file, missed.text.trim()), missed.reason.clone()));
    }
    tally
}

/// With guards, and ways around them: each planted line is what its mark says, and the rest is as before.
fn as_planted(program: &Program, report: &Report) -> Tally {
    let mut tally = Tally::default();
    let marks = program.marks();
    let findings: Vec<(String, usize, &str)> =
        report.findings.iter().map(|f| (f.place.file.clone(), f.place.line, f.rule.id)).collect();
    let mut planted = Vec::new();
    let mut bypassed = Vec::new();
    let mut behind = Vec::new();
    for (file, line, mark) in marks {
        if let Some(why) = mark.strip_prefix("missed: ") {
            assert!(
                !report.effects.iter().any(|e| e.place.file == file && e.place.line == line),
                "{}: {file}:{line} is found: it is missed no more",
                program.name
            );
            tally.missed.push((format!("planted in {file}"), why.to_owned()));
        } else if mark == "bypassed" {
            bypassed.push((file, line));
        } else if mark == "guarded" {
            behind.push((file, line));
        } else {
            let here =
                findings.iter().any(|(f, l, id)| (f, *l, *id) == (&file, line, mark.as_str()));
            assert!(
                here,
                "{}: {mark} at {file}:{line} is not found in {findings:#?}",
                program.name
            );
            tally.found += 1;
            planted.push((file, line));
        }
    }
    // The effects behind a way around are reported where it begins.
    let state = |(file, line): &(String, usize)| {
        report
            .effects
            .iter()
            .find(|e| e.place.file == *file && e.place.line == *line)
            .map(|e| e.state)
    };
    for at in &bypassed {
        assert_eq!(state(at), Some(State::Unguarded), "{}: {at:?}", program.name);
    }
    for at in &behind {
        assert_eq!(state(at), Some(State::Guarded), "{}: {at:?}", program.name);
    }
    let mut rest = seen(report, State::Unguarded);
    let mut guarded = seen(report, State::Guarded);
    for effect in &report.effects {
        let at = (effect.place.file.clone(), effect.place.line);
        if planted.contains(&at) || bypassed.contains(&at) || behind.contains(&at) {
            let known = (effect.place.file.clone(), effect.inside.clone(), effect.sink.clone());
            rest.remove(&known);
            guarded.remove(&known);
        }
    }
    let are = |planted: &str| {
        let effects = program.effects.iter().filter(|effect| effect.planted == planted);
        effects.map(|effect| (effect.known(), effect.times)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(rest, are("reached"), "{}: what no guard was planted for", program.name);
    assert_eq!(guarded, are("guarded"), "{}: what was guarded", program.name);
    // What is reported beside effects and ways around would be false.
    for (file, line, id) in findings {
        let effect = report.effects.iter().any(|e| e.place.file == file && e.place.line == line);
        let known = effect || planted.contains(&(file.clone(), line));
        assert!(known, "{}: {id} at {file}:{line}", program.name);
    }
    tally
}

fn tried(file: &str) -> Tried {
    let program = Program::load(file);
    program.fetch();
    let report = check(&program);
    let published = as_published(&program, &report);
    let lines = report.sources.values().map(|text| text.lines().count()).sum();
    program.plant();
    let report = check(&program);
    let planted = as_planted(&program, &report);
    oracle::compare(&program, &report);
    let guards = report.builds.iter().map(|(_, counts)| counts.guards).sum();
    let guarded = seen(&report, State::Guarded).values().sum();
    Tried { program, lines, guards, guarded, published, planted }
}

#[test]
fn three_programs_of_others() {
    let all: Vec<Tried> =
        ["rust-mcp-filesystem", "system-hook", "hyperfine"].map(tried).into_iter().collect();
    let page = std::fs::read_to_string(repository().join("src/guide/check.md")).unwrap();
    let table = table::of(&all);
    assert!(page.contains(&table), "the guide's table should be\n\n{table}");
}

#[test]
fn every_listed_effect_of_crates_that_take_longer() {
    let of = listed::of("more_sinks");
    let of =
        of.into_iter().filter(|path| !path.trim_start_matches('<').starts_with("std::")).collect();
    let missing = listed::missing("more_sinks", &of);
    assert!(missing.is_empty(), "listed, and not found: {missing:#?}");
    assert!(of.len() > 30, "{}", of.len());
}
