//! The forms of a report, and what the process ends with.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use expect_test::expect;
use serde_json::Value;

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

fn program(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

fn checked(format: &str) -> String {
    let target = repository().join("target/check-fixtures");
    let arguments = ["check", "--format", format, "--target-dir", target.to_str().unwrap()];
    let output = program(&sample(), &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A crate of one file, that cargo knows nothing else about.
fn scratch(name: &str, code: &str, config: &str) -> PathBuf {
    let home = repository().join("target/check-scratch").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::write(home.join("src/main.rs"), code).unwrap();
    if !config.is_empty() {
        fs::write(home.join("failclosed.toml"), config).unwrap();
    }
    home
}

#[test]
fn json_is_what_its_schema_says() {
    let report: Value = serde_json::from_str(&checked("json")).unwrap();
    let schema = include_str!("../schema/report-1.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&report).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(report["findings"].as_array().unwrap().len() > 30);

    // The schema holds something: another version, and a member it does not know.
    let mut other = report.clone();
    other["version"] = 2.into();
    assert!(!schema.is_valid(&other));
    let mut other = report;
    other["findings"][0]["place"]["colunm"] = 1.into();
    assert!(!schema.is_valid(&other));
}

#[test]
fn sarif_carries_each_finding_and_its_way() {
    let sarif: Value = serde_json::from_str(&checked("sarif")).unwrap();
    let json: Value = serde_json::from_str(&checked("json")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["rule"]);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][index]["id"], finding["rule"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], finding["place"]["file"]);
        assert_eq!(place["region"]["startLine"], finding["place"]["line"]);
        let hops = finding["path"].as_array().unwrap().len();
        if hops > 0 {
            let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
            assert_eq!(flow.as_array().unwrap().len(), hops + 1);
        }
        // Known again when lines have moved.
        let known_by = result["partialFingerprints"]["failclosed/v1"].as_str().unwrap();
        assert!(known_by.starts_with(finding["rule"].as_str().unwrap()), "{known_by}");
    }
}

#[test]
fn annotations_are_one_line_each() {
    let text = checked("github");
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
    assert!(errors.len() > 30, "{text}");
    let retry =
        errors.iter().find(|line| line.contains("title=FC0102") && line.contains("line=48"));
    assert!(retry.unwrap().contains("file=payments/src/lib.rs"), "{retry:?}");
}

#[test]
fn a_terminal_of_80_columns_shows_the_way() {
    let text = checked("human");
    let at = text.find("error[FC0102]").unwrap();
    let shown = text[at..].split("\n\nerror").next().unwrap();
    expect![[r#"
        error[FC0102]: unguarded call into `payments::do_charge`, which others reach behind a permission check
          --> payments/src/lib.rs:41:5
           |
        41 |     do_charge(vendor, cents); //~ FC0102 user
           |     ^^^^^^^^^ reaches `payments::stripe::charge` without a permission check
           |
          ::: agent/src/main.rs:15:16
           |
        15 | async fn main() {
           |                - 1. entry point `agent::main`
        ...
        25 |     payments::quick_buy("v", 1);
           |     ------------------- 2. calls `payments::quick_buy`
           |
           = note: the effect is at payments/src/lib.rs:36:5 (user)
           = help: guard it: `#[requires_permission(..)]`
                   or take the proof of an allow as a parameter: `&Permit<'_, A>`
                   or say why not: `// failclosed: allow(FC0102, reason = "..")`"#]].assert_eq(shown);
}

const MAIN: &str = "fn main() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";

fn code(name: &str, source: &str, config: &str, more: &[&str]) -> (Option<i32>, String) {
    let home = scratch(name, source, config);
    let output = program(&home, &[&["check"], more].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn the_exit_code_says_which_kind_of_trouble() {
    let (found, said) = code("found", MAIN, "", &[]);
    assert_eq!(found, Some(1), "{said}");
    let (clean, said) = code("clean", "fn main() {}\n", "", &[]);
    assert_eq!(clean, Some(0), "{said}");
    let (config, said) = code("unknown-key", MAIN, "[check]\nentrys = []\n", &[]);
    assert_eq!(config, Some(2), "{said}");
    assert!(said.contains("entrys"), "{said}");
    let (nothing, said) = code("no-entries", MAIN, "[check]\nentries = []\n", &[]);
    assert_eq!(nothing, Some(2), "{said}");
    let (broken, said) = code("broken", "fn main() { 1 + }\n", "", &["--lints-only"]);
    assert_eq!(broken, Some(4), "{said}");
    let (unbuilt, said) = code("unbuilt", "fn main() { missing(); }\n", "", &[]);
    assert_eq!(unbuilt, Some(3), "{said}");
    let sink = "[[sinks.extra]]\npath = \"my::misspelled\"\nreason = \"x\"\n";
    let (unseen, said) = code("unseen", MAIN, sink, &[]);
    assert_eq!(unseen, Some(4), "{said}");
    assert!(said.contains("FC0903"), "{said}");
    let (no_entry, said) = code("no-entry", MAIN, "[check]\nentries = [\"pub\"]\n", &[]);
    assert_eq!(no_entry, Some(4), "{said}");
}

#[test]
fn each_build_is_followed() {
    let source = "fn main() {}\n#[cfg(feature = \"more\")]\nmod more;\n";
    let home = scratch("builds", source, "");
    let manifest = fs::read_to_string(home.join("Cargo.toml")).unwrap();
    fs::write(home.join("Cargo.toml"), format!("{manifest}[features]\nmore = []\n")).unwrap();
    let more = "#[used]\nstatic AT_ONCE: fn() = f;\nfn f() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";
    fs::write(home.join("src/more.rs"), more).unwrap();
    assert_eq!(program(&home, &["check"]).status.code(), Some(0));
    let builds =
        "[check]\nentries = [\"main\", \"builds::more::*\"]\n[[build]]\nfeatures = [\"more\"]\n";
    fs::write(home.join("failclosed.toml"), builds).unwrap();
    let output = program(&home, &["check"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("src/more.rs:4:13") && said.contains("build more: 1 effects"), "{said}");
}

#[test]
fn what_is_configured_is_what_is_done() {
    let helper = "mod cache {\n    pub fn clear() {\n        let _ = std::fs::remove_file(\"x\");\n    }\n}\n\
                  fn main() {\n    cache::clear();\n}\n";
    let reason = "reason = \"read on Monday\"\n";
    let by_hand = format!("[[guards.manual]]\npath = \"by-hand::cache::clear\"\n{reason}");
    let (misspelled, said) = code("by-hand", helper, &by_hand, &[]);
    assert_eq!(misspelled, Some(4), "{said}");
    let (guarded, said) = code("by-hand", helper, &by_hand.replace("by-hand", "by_hand"), &[]);
    assert_eq!(guarded, Some(0), "{said}");
    assert!(said.contains("1 effects: 1 guarded, 0 unguarded"), "{said}");
    let allow = format!("[[allow]]\nrule = \"FC0101\"\nin = \"allowed::cache::*\"\n{reason}");
    let (allowed, said) = code("allowed", helper, &allow, &[]);
    assert_eq!(allowed, Some(0), "{said}");
    assert!(said.contains("1 more allowed"), "{said}");
    let (elsewhere, said) = code("allowed", helper, &allow.replace("cache", "other"), &[]);
    assert_eq!(elsewhere, Some(1), "{said}");
    assert!(said.contains("warning[FC0902]"), "{said}");
    let (kinds, said) = code("kinds", helper, "[sinks]\nuse = [\"process\"]\n", &[]);
    assert_eq!(kinds, Some(0), "{said}");
    let (unknown, said) = code("kinds", helper, "[sinks]\nuse = [\"proces\"]\n", &[]);
    assert_eq!(unknown, Some(2), "{said}");
    let (never, said) = code("never", helper, "[check]\nfail-on = \"never\"\n", &[]);
    assert_eq!(never, Some(0), "{said}");
}

/// An `impl` that a macro made has no place in the source; only `main` is an entry point here.
#[test]
fn what_a_macro_made_is_reached_by_every_way_that_fits() {
    let made = "trait Tool {\n    fn new() -> Self where Self: Sized;\n    fn call(&self);\n}\n\
        macro_rules! tool {\n    ($name:ident) => {\n        pub struct $name;\n        impl Tool for $name {\n\
        \x20           fn new() -> Self {\n                $name\n            }\n\
        \x20           fn call(&self) {\n                let _ = std::fs::remove_file(\"x\");\n            }\n\
        \x20       }\n    };\n}\nmod kit {\n    use super::Tool;\n    tool!(Made);\n}\nuse kit::Made;\n";
    let main = "[check]\nentries = [\"main\"]\n";
    for (name, way) in [
        ("made-dyn", "let tool: Box<dyn Tool> = Box::new(Made); tool.call();"),
        ("made-exact", "<Made as Tool>::new().call();"),
        ("made-generic", "fn run<T: Tool>() { T::new().call(); } run::<Made>();"),
    ] {
        let (found, said) = code(name, &format!("{made}fn main() {{\n    {way}\n}}\n"), main, &[]);
        assert_eq!(found, Some(1), "{name}: {said}");
    }
    let (unreached, said) = code("made-unused", &format!("{made}fn main() {{}}\n"), main, &[]);
    assert_eq!(unreached, Some(0), "{said}");
    assert!(said.contains("1 not reached"), "{said}");
}

#[test]
fn a_baseline_knows_what_was_there_and_no_more() {
    let home = scratch("baseline", MAIN, "");
    assert_eq!(program(&home, &["check", "--write-baseline"]).status.code(), Some(0));
    assert_eq!(program(&home, &["check"]).status.code(), Some(0));
    // Lines move, and it is still the same.
    fs::write(home.join("src/main.rs"), format!("\n\n{MAIN}")).unwrap();
    assert_eq!(program(&home, &["check"]).status.code(), Some(0));
    // One more of the same is new.
    let twice = MAIN.replace("}\n", "    let _ = std::fs::remove_file(\"y\");\n}\n");
    fs::write(home.join("src/main.rs"), twice).unwrap();
    assert_eq!(program(&home, &["check"]).status.code(), Some(1));
    // What is gone is said.
    fs::write(home.join("src/main.rs"), "fn main() {}\n").unwrap();
    let output = program(&home, &["check"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("warning[FC0902]"));
    // A baseline of another version is not read.
    fs::write(home.join("failclosed.baseline.json"), "{\"version\":2,\"findings\":[]}").unwrap();
    assert_eq!(program(&home, &["check"]).status.code(), Some(2));
}

#[test]
fn commands_that_only_tell_tell() {
    let explained = program(&sample(), &["explain", "fc0203"]);
    assert!(String::from_utf8(explained.stdout).unwrap().starts_with("# FC0203: "));
    assert_eq!(program(&sample(), &["explain", "FC9999"]).status.code(), Some(2));
    let listed = program(&sample(), &["list", "sinks"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("user     payments::stripe::charge"), "{listed}");
    let home = scratch("init", "fn main() {}\n", "");
    assert_eq!(program(&home, &["init"]).status.code(), Some(0));
    // What it writes is understood, and what is there is left alone.
    assert_eq!(program(&home, &["check"]).status.code(), Some(0));
    assert_eq!(program(&home, &["init"]).status.code(), Some(2));
}
