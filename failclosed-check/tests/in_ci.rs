//! The files for CI that the guide shows: they are YAML of the right form, and their commands do what the page
//! says of them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: it fails by panicking"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

const SARIF: &str = "failclosed.sarif";
const MANIFEST: &str = "failclosed.manifest.json";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn page() -> String {
    fs::read_to_string(repository().join("src/guide/check_in_ci.md")).unwrap()
}

/// The page's files: the workflow, and what pre-commit reads.
fn files() -> [Value; 2] {
    let page = page();
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let files: Vec<Value> = blocks
        .map(|block| serde_saphyr::from_str(block).unwrap_or_else(|e| panic!("{e}")))
        .collect();
    files.try_into().unwrap()
}

fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap()).collect()
}

/// The sample workspace, with what the guide says to write first.
fn sample() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample");
    let lock = home.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(repository().join("Cargo.lock"), lock).unwrap();
    }
    home
}

/// A line of a file, as its shell would run it.
fn run(line: &str) -> Output {
    let arguments = line.strip_prefix("cargo failclosed-check ").unwrap();
    Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .args(arguments.split_whitespace())
        .current_dir(sample())
        .env("CARGO_TARGET_DIR", repository().join("target/check-fixtures"))
        .output()
        .unwrap()
}

fn code(line: &str) -> (Option<i32>, String) {
    let output = run(line);
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), said.concat())
}

/// The command lines of a file that are ours.
fn ours(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.starts_with("cargo failclosed")).collect()
}

#[test]
fn the_workflow_is_one() {
    let [workflow, _] = files();
    let keys: BTreeSet<&str> = workflow.as_object().unwrap().keys().map(String::as_str).collect();
    let known = BTreeSet::from(["jobs", "name", "on", "permissions"]);
    assert_eq!(keys, known, "what GitHub reads, and no more");
    assert!(workflow["on"].as_object().unwrap().contains_key("pull_request"));
    // What uploads the report needs the one, and nothing here needs more.
    assert_eq!(
        workflow["permissions"],
        serde_json::json!({ "contents": "read", "security-events": "write" })
    );
    for job in workflow["jobs"].as_object().unwrap().values() {
        assert!(job["runs-on"].is_string());
        assert!(job.get("continue-on-error").is_none());
    }
    for step in steps(&workflow) {
        let known = ["name", "if", "uses", "run", "with"];
        let unknown: Vec<_> =
            step.as_object().unwrap().keys().filter(|key| !known.contains(&key.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?} of {step}");
        assert_ne!(step["uses"].is_string(), step["run"].is_string(), "one of both: {step}");
        if let Some(uses) = step["uses"].as_str() {
            let (action, version) = uses.split_once('@').unwrap();
            assert!(action.split('/').count() >= 2 && version.starts_with('v'), "{uses}");
        }
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("||"), "what is found would be waved through: {run}");
        }
    }
    let installed = steps(&workflow)
        .into_iter()
        .filter_map(|step| step["run"].as_str()?.strip_prefix("cargo install --locked "))
        .collect::<Vec<_>>();
    assert_eq!(installed, [env!("CARGO_PKG_NAME")]);
}

#[test]
fn the_hooks_of_pre_commit_are_hooks() {
    let [_, config] = files();
    let repos = config["repos"].as_array().unwrap();
    let hooks: Vec<&Value> = repos.iter().flat_map(|r| r["hooks"].as_array().unwrap()).collect();
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        for key in ["id", "name", "entry", "language", "files"] {
            assert!(hook[key].is_string(), "{key} of {hook}");
        }
        // The files that changed would be arguments, which the commands do not take.
        assert_eq!(hook["pass_filenames"], Value::Bool(false), "{hook}");
    }
}

#[test]
fn their_commands_do_what_the_page_says() {
    let [workflow, config] = files();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let workflow_runs = ours(steps(&workflow).into_iter().filter_map(|step| text(&step["run"])));
    let repos = config["repos"].as_array().unwrap();
    let hooks = repos.iter().flat_map(|repo| repo["hooks"].as_array().unwrap());
    let hook_runs = ours(hooks.filter_map(|hook| text(&hook["entry"])));
    let [check, manifest] = workflow_runs.as_slice() else { panic!("{workflow_runs:?}") };
    let [lints, before_commit] = hook_runs.as_slice() else { panic!("{hook_runs:?}") };
    assert_eq!(manifest, before_commit);
    let sarif = sample().join(SARIF);
    let kept = sample().join(MANIFEST);

    // Findings: the exit code is 1, and the file is there for the next step, which takes that very file.
    let uploads: Vec<&str> = steps(&workflow)
        .into_iter()
        .filter_map(|step| step["with"]["sarif_file"].as_str())
        .collect();
    assert_eq!(uploads, [SARIF]);
    fs::write(&sarif, "of an earlier run").unwrap();
    let (ended, said) = code(check);
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains("::error file="), "annotations: {said}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&sarif).unwrap()).unwrap();
    assert_eq!(report["version"], "2.1.0");
    assert!(!report["runs"][0]["results"].as_array().unwrap().is_empty());

    // No result: no file either, whatever was there.
    let broken = format!("{check} --directory src");
    let (ended, said) = code(&broken);
    assert_eq!(ended, Some(2), "{said}");
    assert!(!sarif.exists(), "the report of an earlier run was left");

    // Two attributes of the sample are there under a condition only; nothing is built to see it.
    let (ended, said) = code(lints);
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains("FC0212"), "{said}");
    assert!(said.contains("nothing was built"), "{said}");

    // Without a manifest that somebody read: no result. With it: as it was.
    let _ = fs::remove_file(&kept);
    let (ended, said) = code(manifest);
    assert_eq!(ended, Some(4), "{said}");
    let (ended, said) = code("cargo failclosed-check manifest --write");
    assert_eq!(ended, Some(0), "{said}");
    let (ended, said) = code(manifest);
    assert_eq!(ended, Some(0), "{said}");
    fs::remove_file(&kept).unwrap();
}

#[test]
fn the_page_names_every_exit_code() {
    let page = page();
    for code in ["1, something was found", "2, an argument", "3, the project", "4, no result"] {
        assert!(page.contains(code), "{code}");
    }
}
