//! Where the programs are that other people wrote, and how they are started.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "a harness: it fails by panicking, and its only readers are the tests beside it"
)]

pub mod acp;
pub mod example;
pub mod http;
pub mod mcp;
pub mod model;
pub mod server;
pub mod servers;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
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
    // Modules are looked up from where the script lies: beside `node_modules`. Put there whole, since
    // another test may be starting the same one.
    static COPIES: AtomicUsize = AtomicUsize::new(0);
    let copy = peer("npm").join(script);
    let wanted = fs::read(client(script)).expect("the script is read");
    if !fs::read(&copy).is_ok_and(|copied| copied == wanted) {
        let count = COPIES.fetch_add(1, Ordering::SeqCst);
        let new = copy.with_extension(format!("{}-{count}", std::process::id()));
        fs::write(&new, &wanted).expect("the script is copied");
        fs::rename(&new, &copy).expect("the script is put into place");
    }
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
