//! `check --changed-since`: what git knows not to have changed is left out, and nothing else.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn git(home: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(who).args(arguments).current_dir(home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A crate of two modules with an effect each, in a repository of its own.
fn crate_of_two(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::write(home.join(".gitignore"), "/target\n/Cargo.lock\n").unwrap();
    fs::write(
        home.join("src/main.rs"),
        "mod a;\nmod b;\nfn main() {\n    a::go();\n    b::go();\n}\n",
    )
    .unwrap();
    let effect = "pub fn go() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";
    fs::write(home.join("src/a.rs"), effect).unwrap();
    fs::write(home.join("src/b.rs"), effect).unwrap();
    git(&home, &["init", "-q"]);
    git(&home, &["add", "-A"]);
    git(&home, &["commit", "-qm", "before"]);
    home
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    command.args(["check", "--format", "json"]).args(arguments).current_dir(home);
    command
}

fn read(output: &Output) -> (Option<i32>, Vec<String>, u64) {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| unreachable!("{}", String::from_utf8_lossy(&output.stderr)));
    let findings = report["findings"].as_array().unwrap().iter();
    let files = findings.map(|f| f["place"]["file"].as_str().unwrap().to_owned()).collect();
    (output.status.code(), files, report["unchanged"].as_u64().unwrap())
}

fn since(home: &Path, revision: &str) -> (Option<i32>, Vec<String>, u64) {
    read(&command(home, &["--changed-since", revision]).output().unwrap())
}

fn files(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("src/{name}.rs")).collect()
}

#[test]
fn only_what_changed_and_what_is_reached_through_it() {
    let home = crate_of_two("changed");
    let write = |name: &str, text: &str| fs::write(home.join(name), text).unwrap();
    let text = |name: &str| fs::read_to_string(home.join(name)).unwrap();
    assert_eq!(since(&home, "HEAD"), (Some(0), vec![], 2));
    assert_eq!(read(&command(&home, &[]).output().unwrap()), (Some(1), files(&["a", "b"]), 0));

    // In the work tree, in the index, in a commit.
    write("src/a.rs", &format!("// more\n{}", text("src/a.rs")));
    assert_eq!(since(&home, "HEAD"), (Some(1), files(&["a"]), 1));
    git(&home, &["add", "-A"]);
    assert_eq!(since(&home, "HEAD"), (Some(1), files(&["a"]), 1));
    git(&home, &["commit", "-qm", "a"]);
    assert_eq!(since(&home, "HEAD~1"), (Some(1), files(&["a"]), 1));
    assert_eq!(since(&home, "HEAD"), (Some(0), vec![], 2));

    // By another name it is another file.
    git(&home, &["mv", "src/b.rs", "src/c.rs"]);
    write("src/main.rs", &text("src/main.rs").replace("mod b", "#[path = \"c.rs\"]\nmod b"));
    git(&home, &["add", "-A"]);
    git(&home, &["commit", "-qm", "c"]);
    // The new way in `main` leads to both.
    assert_eq!(since(&home, "HEAD~1"), (Some(1), files(&["a", "c"]), 0));

    // Gone, and one that git has never seen.
    fs::remove_file(home.join("src/c.rs")).unwrap();
    git(&home, &["add", "-A"]);
    git(&home, &["commit", "-qm", "gone"]);
    write("src/d.rs", &text("src/a.rs"));
    write("src/main.rs", "mod a;\nmod d;\nfn main() {\n    a::go();\n    d::go();\n}\n");
    git(&home, &["add", "src/main.rs"]);
    git(&home, &["commit", "-qm", "main"]);
    assert_eq!(since(&home, "HEAD"), (Some(1), files(&["d"]), 1));
}

#[test]
fn what_changes_how_it_is_checked_changes_everything() {
    let home = crate_of_two("changed-config");
    fs::write(home.join("failclosed.toml"), "[check]\nentries = [\"main\"]\n").unwrap();
    assert_eq!(since(&home, "HEAD"), (Some(1), files(&["a", "b"]), 0));
    git(&home, &["add", "-A"]);
    git(&home, &["commit", "-qm", "config"]);
    assert_eq!(since(&home, "HEAD"), (Some(0), vec![], 2));
    fs::remove_file(home.join("failclosed.toml")).unwrap();
    assert_eq!(since(&home, "HEAD"), (Some(1), files(&["a", "b"]), 0));
}

#[test]
fn what_git_cannot_answer_is_no_result() {
    let home = crate_of_two("changed-unknown");
    for revision in ["nowhere", "--output=x", ""] {
        let argument = format!("--changed-since={revision}");
        let output = command(&home, &[&argument, "--lints-only"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{revision}: {said}");
        assert!(output.stdout.is_empty() && said.contains("help: `git fetch`"), "{said}");
    }
    assert!(!home.join("x").exists());

    // Nothing but the compiler is found.
    let tools = Path::new(env!("CARGO")).parent().unwrap();
    assert!(!tools.join("git").exists());
    let mut without = command(&home, &["--changed-since", "HEAD", "--lints-only"]);
    let output = without.env("PATH", tools).env("CARGO", env!("CARGO")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("`--changed-since` needs git"), "{said}");

    // No repository around it.
    fs::remove_dir_all(home.join(".git")).unwrap();
    let mut outside = command(&home, &["--changed-since", "HEAD", "--lints-only"]);
    let output = outside.env("GIT_CEILING_DIRECTORIES", home.parent().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
}
