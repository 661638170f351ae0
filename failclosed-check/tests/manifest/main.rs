//! The manifest: what it lists, the schema that is made of it, and what it does in a build that has changed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: it fails by panicking"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use failclosed_check::{manifest::Manifest, source};

mod changes;
mod listed;
#[cfg(feature = "cedar")]
mod policies;
mod schema;
mod unread;

/// The sample's own code: what it really asks meets the schema that was made of its source.
#[path = "../fixtures/shop/src/lib.rs"]
#[allow(
    unreachable_pub,
    unused_variables,
    dead_code,
    reason = "it stands for a crate of its own, and does nothing"
)]
mod shop;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shop")
}

fn manifest(directory: &Path) -> Manifest {
    Manifest::of(&source::units(&source::metadata(directory).unwrap()).unwrap())
}

fn program(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .arg("manifest")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// The exit code, and what was said: on standard output, on standard error.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = program(directory, arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A crate of one file, that cargo knows nothing else about.
fn scratch(name: &str, code: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manifest").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::write(home.join("src/lib.rs"), code).unwrap();
    home
}
