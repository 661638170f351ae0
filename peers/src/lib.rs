//! Where the programs are that other people wrote, and how they are started.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness: it fails by panicking, and its only readers are the tests beside it"
)]

pub mod mcp;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// `target/peers`, where `cargo xtask peers` installs.
pub fn installed() -> PathBuf {
    // target/debug/deps/<test>
    let test = env::current_exe().expect("a test is a program");
    test.ancestors().nth(3).expect("tests are built into target/<profile>/deps").join("peers")
}

/// A file or folder under `target/peers`.
///
/// # Panics
/// Where it is missing: a proof that needs it must not pass without it.
pub fn peer(path: impl AsRef<Path>) -> PathBuf {
    let path = installed().join(path);
    assert!(path.exists(), "missing: {}\nhelp: `cargo xtask peers` installs it", path.display());
    path
}

/// A folder of an npm package.
pub fn npm(package: &str) -> PathBuf {
    peer(Path::new("npm/node_modules").join(package))
}

/// Node with one of the scripts of `peers/clients`.
pub fn node(script: &str) -> Command {
    // Modules are looked up from where the script lies: beside `node_modules`.
    let copy = peer("npm").join(format!("{}-{script}", std::process::id()));
    fs::copy(client(script), &copy).expect("the script is copied");
    let mut command = Command::new("node");
    command.arg(copy);
    command
}

/// Python, in the environment called `environment`, with one of the scripts of `peers/clients`.
pub fn python(environment: &str, script: &str) -> Command {
    let mut command = Command::new(peer(environment).join("bin/python"));
    command.arg("-u").arg(client(script));
    command
}

fn client(script: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script);
    assert!(path.exists(), "there is no client {}", path.display());
    path
}
