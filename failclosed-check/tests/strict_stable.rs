//! Strict-stable mode: nothing in the compiler is unlocked, the sample is found as it is otherwise, and what
//! is not decided is no result.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use failclosed_check::run::{self, Options, Report};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
}

fn sample(strict: bool) -> Report {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample");
    if !home.join("Cargo.lock").exists() {
        fs::copy(repository().join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    }
    let mut options = Options::new(home, Some(program()));
    options.target = Some(repository().join("target/check-fixtures"));
    options.strict_stable = strict;
    run::check(&options).unwrap()
}

type Seen = BTreeSet<(String, usize, String)>;

fn findings(report: &Report) -> Seen {
    report
        .findings
        .iter()
        .map(|f| (f.place.file.clone(), f.place.line, f.rule.id.to_owned()))
        .collect()
}

fn states(report: &Report) -> Seen {
    report
        .effects
        .iter()
        .map(|e| (e.place.file.clone(), e.place.line, format!("{} {}", e.state.as_str(), e.sink)))
        .collect()
}

/// Each difference between the two modes on the sample, and why: the guide shows it.
const DIFFERENCES: [(&str, &str, &str); 4] = [
    (
        "agent/src/evasion.rs",
        "FC0101 in a macro",
        "the body of the macro has no names of its own: it is shown at the macro's `impl`",
    ),
    (
        "agent/src/plain.rs",
        "FC0101 in a macro",
        "the call is in the macro: it is shown where the function begins that uses it",
    ),
    (
        "agent/src/evasion.rs",
        "FC0104",
        "where a closure is boxed has no name: it is shown where the closure is made",
    ),
    (
        "agent/src/opaque.rs",
        "FC0105 once more",
        "a table of constants is put where it is used, and counts there as well",
    ),
];

#[test]
fn the_sample_is_found_as_it_is_otherwise() {
    let (normal, strict) = (sample(false), sample(true));
    let only = |a: &Seen, b: &Seen| a.difference(b).cloned().collect::<Vec<_>>();
    let line = |file: &str, line, what: &str| (file.to_owned(), line, what.to_owned());
    let (a, b) = (findings(&normal), findings(&strict));
    let made = "agent/src/evasion.rs";
    assert_eq!(
        only(&a, &b),
        [
            line(made, 21, "FC0104"),
            line(made, 72, "FC0101"),
            line("agent/src/plain.rs", 13, "FC0101"),
        ]
    );
    assert_eq!(
        only(&b, &a),
        [
            line(made, 18, "FC0104"),
            line(made, 70, "FC0101"),
            line("agent/src/opaque.rs", 41, "FC0105"),
            line("agent/src/plain.rs", 38, "FC0101"),
        ]
    );
    let (a, b) = (states(&normal), states(&strict));
    assert_eq!(only(&a, &b).len(), 2, "{:#?}", only(&a, &b));
    assert_eq!(only(&b, &a).len(), 3, "{:#?}", only(&b, &a));
    assert!(normal.limits.is_empty() && strict.limits.len() >= 4);
    assert_eq!(strict.exit_code(), 1);
}

#[test]
fn the_guide_shows_the_differences() {
    let mut table = String::from("| where | what | why |\n| --- | --- | --- |\n");
    for (file, what, why) in DIFFERENCES {
        table.push_str(&format!("| `{file}` | {what} | {why} |\n"));
    }
    let guide = fs::read_to_string(repository().join("src/guide/check.md")).unwrap();
    assert!(guide.contains(&table), "the guide's table should be\n\n{table}");
}

/// A crate of its own, with a compiler that writes down what it finds in its environment.
fn scratch(name: &str, code: &str, more: &str) -> PathBuf {
    let home = repository().join("target/check-scratch").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{more}\n[workspace]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::write(home.join("src/main.rs"), code).unwrap();
    home
}

fn check(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("check").args(arguments).current_dir(home);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

const MAIN: &str = "fn main() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";

/// Stands in for rustc, in every process that cargo or the wrapper starts.
#[cfg(unix)]
fn recording(home: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.join("rustc-that-records");
    let real = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let real = format!("{}/bin/rustc", String::from_utf8(real.stdout).unwrap().trim());
    let log = home.join("environments");
    let script = format!(
        "#!/bin/sh\necho \"bootstrap=${{RUSTC_BOOTSTRAP-unset}} $*\" >> {}\nexec {real} \"$@\"\n",
        log.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
fn environments(name: &str, arguments: &[&str], config: &str) -> (Option<i32>, Vec<String>) {
    // One of somebody else's, which cargo compiles without the wrapper.
    let home = scratch(name, MAIN, "[dependencies]\nother = { path = \"../strict-other\" }");
    let other = home.with_file_name("strict-other");
    fs::create_dir_all(other.join("src")).unwrap();
    let manifest = "[package]\nname = \"other\"\nversion = \"0.0.0\"\n[workspace]\n";
    fs::write(other.join("Cargo.toml"), manifest).unwrap();
    fs::write(other.join("src/lib.rs"), "").unwrap();
    fs::write(home.join("failclosed.toml"), config).unwrap();
    let mut command = check(&home, arguments);
    // Whoever has unlocked the compiler for everything has it locked here.
    let output =
        command.env("RUSTC", recording(&home)).env("RUSTC_BOOTSTRAP", "1").output().unwrap();
    let log = fs::read_to_string(home.join("environments")).unwrap();
    (output.status.code(), log.lines().map(str::to_owned).collect())
}

#[cfg(unix)]
#[test]
fn nothing_is_unlocked_in_any_process() {
    for (name, arguments, config) in [
        ("strict-flag", &["--strict-stable"][..], ""),
        ("strict-key", &[][..], "[check]\nstrict-stable = true\n"),
    ] {
        let (code, log) = environments(name, arguments, config);
        assert_eq!(code, Some(1), "{log:#?}");
        assert!(log.iter().any(|line| line.contains("--emit=mir=")), "{log:#?}");
        let unlocked: Vec<_> =
            log.iter().filter(|line| !line.starts_with("bootstrap=unset ")).collect();
        assert!(unlocked.is_empty(), "{name}: {unlocked:#?}");
        assert!(!log.iter().any(|line| line.contains(" -Z")), "{log:#?}");
    }
    // The log would show it.
    let (_, log) = environments("not-strict", &[], "");
    let unlocks = |line: &&String| line.starts_with("bootstrap=1 ") && line.contains("-Zunpretty");
    assert!(log.iter().any(|line| unlocks(&line)), "{log:#?}");
}

#[test]
fn what_is_not_seen_is_said() {
    let home = scratch("strict-says", MAIN, "");
    let output = check(&home, &["--strict-stable"]).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error[FC0101]") && text.contains("src/main.rs:2:13"), "{text}");
    assert!(text.contains("note: strict-stable: places are looked up by name"), "{text}");
    // Both modes have the same target directory, and neither takes the other's word.
    let output = check(&home, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!said(&output).contains("strict-stable"));
    let output = check(&home, &["--strict-stable"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn what_cannot_be_told_is_no_result() {
    // Where panics abort, calls of foreign functions look like all others.
    let home = scratch("strict-abort", MAIN, "[profile.dev]\npanic = \"abort\"");
    let output = check(&home, &["--strict-stable"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("foreign functions cannot be told"), "{}", said(&output));
    // A name that is configured and that no short name can be.
    let home = scratch("strict-unseen", MAIN, "");
    let config = "[[sinks.extra]]\npath = \"nobody::has_this\"\nreason = \"a test\"\n";
    fs::write(home.join("failclosed.toml"), config).unwrap();
    let output = check(&home, &["--strict-stable"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    // Nothing is built, so nothing could be strict about it.
    let output = check(&home, &["--strict-stable", "--lints-only"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn a_short_name_is_no_way_around() {
    // Each of these is cut to a name that says little.
    let code = "\
mod a { pub fn write(_: &str) {} pub mod fs { pub fn copy() {} } }
mod permits { pub struct Permit; }
fn enter() {}
fn looks_guarded(_: &permits::Permit) {
    enter();
    let _ = std::fs::rename(\"a\", \"b\");
}
trait Tool { fn call(&self); }
struct Shell;
impl Tool for Shell { fn call(&self) { let _ = std::process::Command::new(\"sh\").spawn(); } }
fn main() {
    a::write(\"x\");
    a::fs::copy();
    looks_guarded(&permits::Permit);
    let tools: [Box<dyn Tool>; 1] = [Box::new(Shell)];
    tools.iter().for_each(|tool| tool.call());
    let chosen: fn(&'static str) -> std::io::Result<()> = std::fs::remove_dir;
    let _ = chosen(\"x\");
}
";
    let home = scratch("strict-short", code, "");
    let output = check(&home, &["--strict-stable", "--list-effects"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = text.lines().filter(|line| line.starts_with("unguarded")).collect();
    assert_eq!(found.len(), 3, "{text}");
    for sink in ["std::fs::rename", "std::process::Command::spawn", "std::fs::remove_dir"] {
        assert!(found.iter().any(|line| line.contains(&format!("`{sink}`"))), "{sink}: {text}");
    }
}

/// What is believed to be a permit because of its short name has to be one.
#[test]
fn a_permit_of_somebody_else_is_none() {
    let code = "\
#[cfg(any())]
use failclosed::Permit;
mod own { pub struct Permit; }
fn looks_guarded(_: &own::Permit) {
    let _ = std::fs::rename(\"a\", \"b\");
}
fn main() {
    looks_guarded(&own::Permit);
}
";
    let dependency = format!("[dependencies]\nfailclosed = {{ path = {:?} }}", repository());
    let home = scratch("strict-permit", code, &dependency);
    fs::copy(repository().join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    let target = repository().join("target/check-fixtures");
    let arguments = ["--strict-stable", "--target-dir", target.to_str().unwrap()];
    let output = check(&home, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("error[FC0101]"), "{}", said(&output));
    // A module of the library's name makes its paths look like the library's own, in both modes.
    let code = "\
mod failclosed { pub struct Permit; }
fn looks_guarded(_: &failclosed::Permit) {
    let _ = std::fs::rename(\"a\", \"b\");
}
fn main() {
    looks_guarded(&failclosed::Permit);
}
";
    let home = scratch("strict-module", code, "");
    for arguments in [&["--strict-stable"][..], &[]] {
        let output = check(&home, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(
            said(&output).contains("src/main.rs:1:5: a module has the name"),
            "{}",
            said(&output)
        );
    }
    let nested = code.replace("mod failclosed", "mod a { pub mod failclosed");
    let nested =
        nested.replace("Permit; }", "Permit; } }").replace("failclosed::", "a::failclosed::");
    let home = scratch("strict-nested", &nested, "");
    for (arguments, expected) in [(&["--strict-stable"][..], 4), (&[], 1)] {
        let output = check(&home, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(expected), "{}", said(&output));
    }
}

/// The compiler may print the name that another crate gives to an effect.
#[test]
fn a_name_that_another_crate_gives_is_known() {
    let code = "fn main() {\n    let _ = other::erase(\"x\");\n    let _ = other::Program::new(\"sh\").spawn();\n    let _ = other::deep::put(\"x\", \"\");\n}\n";
    let home = scratch(
        "strict-renamed",
        code,
        "[dependencies]\nother = { path = \"other\" }\n[workspace]\nexclude = [\"other\"]",
    );
    let manifest = fs::read_to_string(home.join("Cargo.toml")).unwrap();
    let manifest = manifest.strip_suffix("\n[workspace]\n").unwrap();
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(home.join("other/src")).unwrap();
    let other = "[package]\nname = \"other\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    fs::write(home.join("other/Cargo.toml"), other).unwrap();
    let renames = "pub use std::{\n    fs::remove_dir_all as erase,\n    process::Command as Program,\n};\npub mod deep {\n    pub use std::fs::write as put;\n}\n";
    fs::write(home.join("other/src/lib.rs"), renames).unwrap();
    let output = check(&home, &["--strict-stable", "--list-effects"]).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for sink in ["std::fs::remove_dir_all", "std::process::Command::spawn", "std::fs::write"] {
        assert!(text.contains(&format!("`{sink}`")), "{sink}: {text}");
    }
}

/// A list may name a trait's method or a type's, whatever `impl` it is in.
#[test]
fn the_methods_of_a_trait_and_of_a_type_are_found_by_its_name() {
    let code = "\
use sqlx::Executor as _;
struct Own;
macro_rules! executor { ($of:ty) => { impl sqlx::Executor for &$of {
    fn execute(self) { let _ = std::fs::remove_dir(\"x\"); }
} } }
executor!(Own);

fn both(mut connection: sqlx::Connection) {
    (&mut connection).execute();
    (&Own).execute();
    sea_orm::Insert(1).exec();
    let _ = std::fs::write(\"/dev/null\", \"\");
}
fn main() {
    both(sqlx::Connection);
}
";
    let manifest = "[dependencies]\nsqlx = { path = \"sqlx\" }\nsea-orm = { path = \"sea-orm\" }\n[workspace]\nexclude = [\"sqlx\", \"sea-orm\"]";
    let home = scratch("strict-listed", code, manifest);
    let manifest = fs::read_to_string(home.join("Cargo.toml")).unwrap();
    fs::write(home.join("Cargo.toml"), manifest.strip_suffix("\n[workspace]\n").unwrap()).unwrap();
    let sqlx = "pub struct Connection;\npub trait Executor {\n    fn execute(self);\n}\nimpl Executor for &mut Connection {\n    fn execute(self) {}\n}\n";
    let sea_orm = "pub struct Insert<A>(pub A);\nmod executor {\n    mod insert {\n        impl<A> crate::Insert<A> {\n            pub fn exec(self) {}\n        }\n    }\n}\n";
    for (name, code) in [("sqlx", sqlx), ("sea-orm", sea_orm)] {
        fs::create_dir_all(home.join(name).join("src")).unwrap();
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        fs::write(home.join(name).join("Cargo.toml"), manifest).unwrap();
        fs::write(home.join(name).join("src/lib.rs"), code).unwrap();
    }
    // With nobody else to call it, the method of their own is only reached through the trait.
    fs::write(home.join("failclosed.toml"), "[check]\nentries = [\"main\"]\n").unwrap();
    for arguments in [&["--list-effects", "--strict-stable"][..], &["--list-effects"]] {
        let text = said(&check(&home, arguments).output().unwrap());
        for (line, sink) in [
            (9, "sqlx::Executor::execute"),
            (10, "sqlx::Executor::execute"),
            (11, "sea_orm::Insert::exec"),
        ] {
            let at = format!("src/main.rs:{line}:");
            let found = |one: &str| {
                one.starts_with("unguarded")
                    && one.contains(&at)
                    && one.contains(&format!("`{sink}`"))
            };
            assert!(text.lines().any(found), "{arguments:?} {line} {sink}: {text}");
        }
        assert!(text.contains("std::fs::remove_dir"), "{arguments:?}: {text}");
        assert!(!text.contains("unreached"), "{arguments:?}: {text}");
        assert_eq!(text.contains("std::fs::write"), !cfg!(unix), "{text}");
    }
}
