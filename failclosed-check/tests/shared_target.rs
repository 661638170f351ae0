//! Two workspaces that are laid out alike and share a target directory: to cargo they are one, and what one
//! does must not be read as what the other does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: it fails by panicking"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn workspace(home: &Path, main: &str) -> PathBuf {
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = "[package]\nname = \"alike\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::write(home.join("src/main.rs"), main).unwrap();
    home.to_owned()
}

fn check(home: &Path, target: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .args(["check", "--target-dir", target.to_str().unwrap()])
        .current_dir(home)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), said.concat())
}

#[test]
fn what_was_built_of_another_workspace_is_no_answer() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-target");
    let _ = fs::remove_dir_all(&scratch);
    let target = scratch.join("target");
    let deletes = "fn main() {\n    std::fs::remove_file(\"ledger\").ok();\n}\n";
    let bad = workspace(&scratch.join("one/alike"), deletes);
    let good = workspace(&scratch.join("two/alike"), "fn main() {}\n");
    let (code, said) = check(&good, &target);
    assert_eq!(code, Some(0), "{said}");
    // Older than what was built: cargo calls it fresh.
    let (code, said) = check(&bad, &target);
    match code {
        // FAIL CLOSED: no answer is one, and so is its own.
        Some(4) => {
            assert!(said.contains("of another workspace that is laid out alike"), "{said}")
        }
        Some(1) => assert!(said.contains("remove_file"), "{said}"),
        other => panic!("{other:?}: {said}"),
    }
    let (code, said) = check(&bad, &scratch.join("its-own"));
    assert!(code == Some(1) && said.contains("remove_file"), "{code:?} {said}");
}
