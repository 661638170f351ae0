//! What the pages show: every example compiles, each wrong one is found as what its page is about, and
//! nothing is found in the right one.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: it fails by panicking"
)]

use std::{fs, path::Path, process::Command};

use failclosed_check::{
    config::Config,
    lint, rules, sinks,
    source::{SourceFile, Unit},
};

/// Rules about the check itself: they have no example in Rust.
const OF_THE_CHECK: [&str; 3] = ["FC0901", "FC0902", "FC0903"];
/// Rules about what is reached: `tests/sample.rs` tries them on a build.
const OF_THE_BUILD: [&str; 5] = ["FC0101", "FC0102", "FC0103", "FC0104", "FC0105"];

struct Example {
    id: &'static str,
    wrong: String,
    right: String,
}

fn examples() -> Vec<Example> {
    let part = |page: &str, title: &str, id: &str| {
        let after =
            page.split(&format!("## {title}")).nth(1).unwrap_or_else(|| panic!("{id}: {title}"));
        let code = after.split("```rust\n").nth(1).unwrap_or_else(|| panic!("{id}: {title}"));
        code.split("\n```").next().unwrap().to_owned()
    };
    rules::ALL
        .iter()
        .filter(|rule| !OF_THE_CHECK.contains(&rule.id))
        .map(|rule| Example {
            id: rule.id,
            wrong: part(rule.page, "Wrong", rule.id),
            right: part(rule.page, "Right", rule.id),
        })
        .collect()
}

fn found(code: &str) -> Vec<&'static str> {
    let file = SourceFile::parse("src/example.rs", code.to_owned()).unwrap();
    let unit = Unit { name: "example".into(), roots: vec!["failclosed".into()], files: vec![file] };
    lint::unit(&unit, &sinks::all(&Config::default()).unwrap())
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn every_page_says_what_its_rule_says() {
    for rule in rules::ALL {
        assert!(rule.page.starts_with(&format!("# {}: {}\n", rule.id, rule.title)), "{}", rule.id);
    }
}

#[test]
fn the_wrong_example_is_found_and_the_right_one_is_clean() {
    let mut failed = Vec::new();
    for example in examples() {
        let (wrong, right) = (found(&example.wrong), found(&example.right));
        let expected: &[&str] = match example.id {
            // The condition of the build is seen before the build.
            "FC0103" => &["FC0212"],
            // A task that nobody waits for is seen before the build, too.
            "FC0104" => &["FC0223"],
            // There is no other way to have one than by an escape hatch.
            "FC0220" => &["FC0220", "FC0301"],
            id if OF_THE_BUILD.contains(&id) => &[],
            _ => std::slice::from_ref(&example.id),
        };
        if wrong.iter().any(|id| !expected.contains(id))
            || (wrong.is_empty() != expected.is_empty())
        {
            failed.push(format!("{}: wrong: {wrong:?}", example.id));
        }
        if !right.is_empty() {
            failed.push(format!("{}: right: {right:?}", example.id));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn names_of_ones_own_are_not_ours() {
    for example in examples().iter().filter(|example| !OF_THE_BUILD.contains(&example.id)) {
        // The same code against a library of another name, and against types of its own.
        let other = example.wrong.replace("failclosed", "elsewhere");
        let elsewhere = found(&other);
        assert!(elsewhere.is_empty(), "{}: {elsewhere:?}", example.id);
        // Names that nobody brought in.
        let bare: String =
            example.wrong.split_inclusive('\n').filter(|l| !l.starts_with("use ")).collect();
        let bare = bare.replace("failclosed::", "");
        let unknown: Vec<_> = found(&bare).into_iter().filter(|id| *id != "FC0212").collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", example.id);
    }
}

#[test]
fn names_from_a_prelude_are_ours_unless_the_crate_has_its_own() {
    let code = "use crate::prelude::*;\nfn d() -> Decision { match ask() { Ok(d) => d, Err(_) => Decision::allow() } }\n";
    assert_eq!(found(code), ["FC0201"]);
    assert!(found(&format!("{code}enum Decision {{ Yes }}\n")).is_empty());
}

#[test]
fn every_example_compiles() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = repository.join("target/check-pages");
    fs::create_dir_all(home.join("src")).unwrap();
    let mut modules = String::from("#![allow(dead_code, unexpected_cfgs, clippy::all)]\n");
    for example in examples() {
        for (kind, code) in [("wrong", &example.wrong), ("right", &example.right)] {
            let name = format!("{}_{kind}", example.id.to_lowercase());
            fs::write(home.join(format!("src/{name}.rs")), code).unwrap();
            modules.push_str(&format!("pub mod {name};\n"));
        }
    }
    fs::write(home.join("src/lib.rs"), modules).unwrap();
    let manifest = format!(
        "[package]\nname = \"pages\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nfailclosed = {{ path = {repository:?}, features = [\"http\", \"tower\", \"axum\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\naxum = {{ version = \"*\", default-features = false }}\n\
         tokio = {{ version = \"1\", features = [\"fs\", \"macros\", \"time\", \"rt\"] }}\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::copy(repository.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--target-dir"])
        .arg(repository.join("target/check-fixtures"))
        .current_dir(&home)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
