//! Foreign functions that only read are no effects; any other is one, whatever it is called.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{fs, path::Path, process::Command};

use failclosed_check::sinks;

/// What the check says of a program that is built with the crate `libc`.
fn said(name: &str, code: &str) -> (Option<i32>, String) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = repository.join("target/check-scratch").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nlibc = \"0.2\"\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::copy(repository.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    fs::write(home.join("src/main.rs"), code).unwrap();
    let target = repository.join("target/check-fixtures");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .args(["check", "--target-dir", target.to_str().unwrap()])
        .current_dir(&home)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn what_only_reads_is_no_effect() {
    let reads = sinks::reads().unwrap();
    assert!(reads.len() > 50, "{}", reads.len());
    let uses: String = reads
        .keys()
        .map(|name| format!("    let _ = std::hint::black_box({name} as *const ());\n"))
        .collect();
    let (code, said) = said("reads", &format!("fn main() {{\n{uses}}}\n"));
    assert_eq!(code, Some(0), "{said}");
}

#[cfg(unix)]
#[test]
fn every_other_foreign_function_is_one() {
    for (name, code) in [
        // Not in the list.
        ("foreign-other", "fn main() {\n    unsafe { libc::umask(0) };\n}\n"),
        // What is linked to a name that somebody declares is somebody's choice.
        (
            "foreign-declared",
            "unsafe extern \"C\" {\n    #[link_name = \"abort\"]\n    safe fn getpid() -> i32;\n}\nfn main() {\n    getpid();\n}\n",
        ),
        (
            "foreign-module",
            "mod libc {\n    unsafe extern \"C\" {\n        #[link_name = \"abort\"]\n        pub safe fn getpid() -> i32;\n    }\n}\n\
             fn main() {\n    libc::getpid();\n}\n",
        ),
    ] {
        let (code, said) = said(name, code);
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.contains("error[FC0105]"), "{name}: {said}");
    }
    // The same name of the crate's is none.
    let (code, said) = said("foreign-read", "fn main() {\n    unsafe { libc::getpid() };\n}\n");
    assert_eq!(code, Some(0), "{said}");
}
