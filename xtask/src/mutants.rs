//! `cargo xtask mutants [FILE.. | --since REV]`: changes enforcement code, one operator or return value at
//! a time, and runs the tests. A change that no test notices is a guarantee that nobody proves.
//!
//! The files are named here, each with the test programs that hold it. What survives and is no fault
//! stands in `tests/mutants.txt` with the reason. The code is changed in place and put back, so the
//! files have to be committed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    forget, target,
    tools::{Tool, done, root},
};

const MUTANTS: Tool = Tool { name: "cargo-mutants", version: "27.1.0" };

/// What survives, and why that is no fault.
const ACCEPTED: &str = "tests/mutants.txt";

/// What a file's name stands behind there, when all of its survivors were looked at.
const SETTLED: &str = "settled: ";

/// Enforcement code that is proven together.
struct Area {
    /// Files, and folders by their slash.
    sources: &'static [&'static str],
    /// What holds it, cheapest first: a later stage is built for what survived the one before.
    stages: &'static [Stage],
    /// As many mutants as the gate tries: some minutes.
    at_once: usize,
}

/// Tests that are built and run together, with all features.
struct Stage {
    /// Of one package; else of the workspace, whose dependencies are built already as they have to be.
    package: Option<&'static str>,
    /// Libraries' unit tests or test programs, as cargo is told.
    targets: &'static [&'static str],
}

const RUNTIME: Option<&str> = Some("failclosed-runtime");

const AREAS: [Area; 4] = [
    Area {
        sources: &[
            "failclosed-runtime/src/approval/answer.rs",
            "failclosed-runtime/src/approval/fold.rs",
            "failclosed-runtime/src/call.rs",
            "failclosed-runtime/src/contain.rs",
            "failclosed-runtime/src/deadline.rs",
            "failclosed-runtime/src/enforce.rs",
            "failclosed-runtime/src/enforce/",
            "failclosed-runtime/src/guard.rs",
            "failclosed-runtime/src/guard/",
            "failclosed-runtime/src/permit.rs",
            "failclosed-runtime/src/permit_for.rs",
        ],
        stages: &[
            Stage {
                package: None,
                targets: &[
                    "--test=denies",
                    "--test=guarded",
                    "--test=installed",
                    "--test=process_log",
                ],
            },
            Stage {
                package: RUNTIME,
                targets: &["--lib", "--test=http_deadline_denies", "--test=http_retry"],
            },
        ],
        at_once: 8,
    },
    Area {
        sources: &[
            "failclosed-runtime/src/authority/http/binding.rs",
            "failclosed-runtime/src/authority/http/exchange.rs",
            "failclosed-runtime/src/authority/http/metered.rs",
            "failclosed-runtime/src/authority/http/ordered.rs",
            "failclosed-runtime/src/authority/http/reply.rs",
            "failclosed-runtime/src/authority/http/verdict.rs",
            "failclosed-runtime/src/strict.rs",
            "failclosed-runtime/src/strict/",
        ],
        stages: &[
            Stage {
                package: RUNTIME,
                targets: &[
                    "--lib",
                    "--test=http_deadline_denies",
                    "--test=http_exchange_denies",
                    "--test=http_kept_denies",
                    "--test=http_retry",
                    "--test=http_secret_files",
                    "--test=http_secrets",
                    "--test=http_tied_denies",
                ],
            },
            Stage { package: RUNTIME, targets: &["--test=http_config_denies"] },
            Stage { package: None, targets: &["--test=remote"] },
        ],
        at_once: 15,
    },
    Area {
        sources: &["failclosed-runtime/src/authority/cedar/answer.rs"],
        stages: &[Stage {
            package: RUNTIME,
            targets: &[
                "--lib",
                "--test=cedar_asks_denies",
                "--test=cedar_decides",
                "--test=cedar_evaluation_denies",
                "--test=cedar_policies_denies",
            ],
        }],
        at_once: 15,
    },
    Area {
        sources: &["failclosed-macros/src/check.rs", "failclosed-macros/src/expand.rs"],
        stages: &[
            Stage { package: Some("failclosed-macros"), targets: &["--lib"] },
            Stage { package: None, targets: &["--test=guarded", "--test=ui"] },
        ],
        at_once: 15,
    },
];

/// Which mutants of some files are tried.
enum Which {
    All,
    /// A part, another one with each commit.
    Some,
    /// Those in lines that this file says are changed.
    In(PathBuf),
}

/// Tries the mutants of the files that are named; after `--since REV`, those in the lines that changed since;
/// without any, some of those of the files that the last commit changed, if the list calls them settled.
///
/// # Errors
/// A survivor without a reason, a reason without a survivor, and tests that fail by themselves.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (files, which) = match arguments {
        [] => (settled(changed("HEAD~1")?)?, Which::Some),
        [since, revision] if since == "--since" => {
            (settled(changed(revision)?)?, Which::In(diff(revision)?))
        }
        named => (named.to_vec(), Which::All),
    };
    let is_known = |file: &String| {
        AREAS.iter().any(|area| area.sources.iter().any(|source| is_in(file, source)))
    };
    let unknown = files.iter().find(|file| matches!(which, Which::All) && !is_known(file));
    if let Some(file) = unknown {
        return Err(format!("{file} is in no area\nhelp: the areas are in xtask/src/mutants.rs"));
    }
    let (program, workspace) = (MUTANTS.installed()?, root()?);
    for area in AREAS {
        if let Some(moved) = area.sources.iter().find(|source| !workspace.join(source).exists()) {
            return Err(format!("{moved} is not there\nhelp: name it in xtask/src/mutants.rs"));
        }
        let of_area = |file: &&String| area.sources.iter().any(|source| is_in(file, source));
        let files: Vec<&String> = files.iter().filter(of_area).collect();
        if !files.is_empty() {
            area.try_mutants(&program, &files, &which)?;
        }
    }
    Ok(())
}

fn is_in(file: &str, source: &str) -> bool {
    file == source || source.ends_with('/') && file.starts_with(source)
}

impl Area {
    fn try_mutants(&self, program: &Path, files: &[&String], which: &Which) -> Result<(), String> {
        for file in files {
            // It is put back from memory, also after an interrupt; but not after a power cut.
            done(git()?.args(["diff", "--quiet", "HEAD", "--", file]))
                .map_err(|_| format!("{file} has changes\nhelp: commit or stash them"))?;
        }
        let output = target()?.join("mutants");
        let mutants = || -> Result<Command, String> {
            let mut mutants = Command::new(program);
            forget(&mut mutants);
            // One file changes, and nobody debugs it: of each mutant as little as possible is built.
            mutants.env("CARGO_INCREMENTAL", "1").env("CARGO_PROFILE_DEV_DEBUG", "0");
            // What a changed program fails on is no case to keep.
            mutants.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true");
            mutants.current_dir(root()?);
            mutants
                .args(["mutants", "--workspace"])
                .args(files.iter().flat_map(|file| ["--file", file.as_str()]));
            if let Which::In(diff) = which {
                mutants.arg("--in-diff").arg(diff);
            }
            Ok(mutants)
        };
        let list = mutants()?.arg("--list").output().map_err(|error| error.to_string())?;
        let count = String::from_utf8_lossy(&list.stdout).lines().count();
        let parts = match which {
            Which::All | Which::In(_) => 1,
            Which::Some => count.div_ceil(self.at_once).max(1),
        };
        if !list.status.success() || matches!(which, Which::All) && count == 0 {
            let why = String::from_utf8_lossy(&list.stderr);
            return Err(format!("no mutants in {files:?} ({}): {why}", list.status));
        }
        println!("{count} mutants in {files:?}, of which one in {parts}");
        if count == 0 {
            return Ok(());
        }
        let mut missed: Option<String> = None;
        for stage in self.stages {
            let mut trial = mutants()?;
            match &missed {
                None => trial
                    .args(["--sharding", "round-robin", "--shard"])
                    .arg(format!("{}/{parts}", number_of_head()? % parts)),
                Some(missed) => trial.args(by_name(missed)),
            };
            trial.args(["--in-place", "--minimum-test-timeout", "60", "--output"]).arg(&output);
            match stage.package {
                Some(package) => trial.args(["--test-package", package]),
                // It takes precedence over the package that the tool names.
                None => trial.args([
                    "--cargo-arg=--workspace",
                    "--cargo-arg=--exclude",
                    "--cargo-arg=failclosed-benches",
                ]),
            };
            trial.arg("--all-features");
            trial.args(stage.targets.iter().map(|target| format!("--cargo-arg={target}")));
            let status = trial.status().map_err(|error| format!("{trial:?}: {error}"))?;
            // 2: some survived. 3: some ran into the time limit, which is a way to be noticed.
            if !matches!(status.code(), Some(0 | 2 | 3)) {
                return Err(format!("{trial:?} failed ({status})"));
            }
            let now = fs::read_to_string(output.join("mutants.out/missed.txt"))
                .map_err(|error| format!("what survived was not written down: {error}"))?;
            // The tool tries deleted fields whatever the pattern: what an earlier stage saw is seen.
            let before = missed.as_deref();
            let is_left =
                |line: &&str| before.is_none_or(|before| before.lines().any(|name| name == *line));
            let survivors: String =
                now.lines().filter(is_left).map(|line| format!("{line}\n")).collect();
            let none = survivors.is_empty();
            missed = Some(survivors);
            if none {
                break;
            }
        }
        judge(&missed.unwrap_or_default(), files, parts == 1 && !matches!(which, Which::In(_)))
    }
}

/// Arguments that select what survived an earlier stage, by the names that it was listed under.
fn by_name(missed: &str) -> Vec<String> {
    let pattern = |name: &str| -> String {
        let special = |letter: char| letter.is_ascii_punctuation() && !"<>".contains(letter);
        let letters = name
            .chars()
            .map(|letter| if special(letter) { format!("\\{letter}") } else { letter.to_string() });
        format!("--re=^{}$", letters.collect::<String>())
    };
    missed.lines().map(pattern).collect()
}

/// Compares what survived with what is accepted.
fn judge(missed: &str, files: &[&String], is_whole: bool) -> Result<(), String> {
    let accepted = accepted(&list()?)?;
    let mut found = BTreeMap::<String, usize>::new();
    for line in missed.lines() {
        *found.entry(without_place(line)).or_default() += 1;
    }
    let mut faults = String::new();
    for (mutant, count) in &found {
        let known = accepted.get(mutant).copied().unwrap_or(0);
        if *count > known {
            faults.push_str(&format!("survived {count} times, accepted {known}: {mutant}\n"));
        }
    }
    if is_whole {
        let here = |mutant: &str| files.iter().any(|file| mutant.starts_with(&format!("{file}: ")));
        for (mutant, count) in accepted.iter().filter(|(mutant, _)| here(mutant)) {
            let times = found.get(mutant).copied().unwrap_or(0);
            if times < *count {
                faults.push_str(&format!("survived {times} times, accepted {count}: {mutant}\n"));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("{faults}help: write a test that notices it, or give the reason in {ACCEPTED}"))
}

/// Lines `file: mutant`, each with its reason on the indented lines below it.
fn accepted(text: &str) -> Result<BTreeMap<String, usize>, String> {
    let mut accepted = BTreeMap::<String, usize>::new();
    let mut lines = text.lines().filter(|line| !line.starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with(' ') || line.starts_with(SETTLED) {
            continue;
        }
        if !lines.peek().is_some_and(|reason| reason.starts_with("    ")) {
            return Err(format!("{ACCEPTED}: no reason for: {line}"));
        }
        *accepted.entry(line.to_owned()).or_default() += 1;
    }
    Ok(accepted)
}

/// `file:line:column: mutant` without its line and column, which any change above it moves.
fn without_place(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(mutant)) => format!("{file}:{mutant}"),
        _ => line.to_owned(),
    }
}

/// Those of the files whose survivors were all looked at: `settled: file`.
fn settled(files: Vec<String>) -> Result<Vec<String>, String> {
    let text = list()?;
    let settled: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(SETTLED)).collect();
    if let Some(lost) =
        settled.iter().find(|file| !root().is_ok_and(|root| root.join(file).exists()))
    {
        return Err(format!("{ACCEPTED} calls {lost} settled, which is not there"));
    }
    Ok(files.into_iter().filter(|file| settled.contains(&file.as_str())).collect())
}

fn list() -> Result<String, String> {
    fs::read_to_string(root()?.join(ACCEPTED)).map_err(|error| format!("{ACCEPTED}: {error}"))
}

/// The files that changed since a revision.
fn changed(since: &str) -> Result<Vec<String>, String> {
    let names = differences(since, &["--name-only", "--diff-filter=d"])?;
    Ok(names.lines().map(str::to_owned).collect())
}

/// A file that says which lines changed since a revision.
fn diff(since: &str) -> Result<PathBuf, String> {
    let into = target()?.join("mutants.diff");
    fs::write(&into, differences(since, &[])?)
        .map_err(|error| format!("{}: {error}", into.display()))?;
    Ok(into)
}

fn differences(since: &str, how: &[&str]) -> Result<String, String> {
    let mut diff = git()?;
    diff.arg("diff").args(how).args([since, "HEAD"]);
    let output = diff.output().map_err(|error| format!("{diff:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{diff:?} failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{diff:?}: {error}"))
}

/// Another part with each commit.
fn number_of_head() -> Result<usize, String> {
    let mut name = git()?;
    let output = name.args(["rev-parse", "HEAD"]).output().map_err(|error| error.to_string())?;
    let digits = output.stdout.get(..7).unwrap_or_default();
    let digits = std::str::from_utf8(digits).map_err(|error| error.to_string())?;
    usize::from_str_radix(digits, 16).map_err(|error| format!("no commit here: {error}"))
}

fn git() -> Result<Command, String> {
    let mut git = Command::new("git");
    git.current_dir(root()?);
    Ok(git)
}
