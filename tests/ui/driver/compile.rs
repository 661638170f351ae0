//! Compiles files as programs of one generated package, and reads what the compiler says as JSON.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use serde_json::Value;

use crate::diagnostic::Diagnostic;

/// What the cases use. `dead_code`: attempts are written down, not called.
const MANIFEST: &str = r#"
[package]
name = "failclosed-ui-cases"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[lints.rust]
dead_code = "allow"

[dependencies]
tokio = { version = "1", default-features = false, features = ["macros", "rt-multi-thread", "time", "sync"] }
serde = { version = "1", features = ["derive"] }
async-trait = "0.1"
"#;

/// How a file fared.
pub(crate) struct Compiled {
    pub(crate) succeeded: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// In the order of `files`, which are relative to this package.
pub(crate) fn compile(files: &[PathBuf]) -> Vec<Compiled> {
    // One package, rewritten for each set of files.
    static PACKAGE: Mutex<()> = Mutex::new(());
    let package = PACKAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    write(&directory, files);
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--offline", "--quiet", "--keep-going", "--bins", "--message-format=json"])
        .current_dir(&directory)
        .env("CARGO_TARGET_DIR", directory.join("target"))
        // A flag from outside, such as a capped lint, must not decide what compiles.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_RUSTFLAGS")
        .output()
        .unwrap();
    drop(package);
    let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    // Without a single message about a case, something other than a case has failed.
    assert!(
        messages.iter().any(|message| files.iter().any(|file| is_about(message, file))),
        "nothing was compiled:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    files.iter().map(|file| compiled(file, &messages)).collect()
}

fn write(directory: &Path, files: &[PathBuf]) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = tests.parent().unwrap();
    let mut manifest = MANIFEST.to_owned();
    manifest.push_str(&format!("failclosed = {{ path = {:?} }}\n", workspace));
    for file in files {
        let (name, path) = (program(file), tests.join(file));
        manifest.push_str(&format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n"));
    }
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("Cargo.toml"), manifest).unwrap();
    // The versions the workspace is tested with; nothing is fetched.
    fs::copy(workspace.join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();
}

fn compiled(file: &Path, messages: &[Value]) -> Compiled {
    let mut compiled = Compiled { succeeded: false, diagnostics: Vec::new() };
    for message in messages.iter().filter(|message| is_about(message, file)) {
        match message["reason"].as_str() {
            Some("compiler-artifact") => compiled.succeeded = true,
            Some("compiler-message") => {
                compiled.diagnostics.extend(diagnostic(&message["message"]));
            }
            _ => {}
        }
    }
    compiled
}

fn is_about(message: &Value, file: &Path) -> bool {
    message["target"]["name"].as_str() == Some(&program(file))
}

/// `bypass_fail_clone_a_permit`: the same in every run, so that what has not changed is not compiled
/// anew.
fn program(file: &Path) -> String {
    let parts: Vec<_> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts[1..].join("_")
}

fn diagnostic(message: &Value) -> Option<Diagnostic> {
    let summary = message["message"].as_str()?;
    let counted = summary.starts_with("aborting due to") || summary.ends_with(" emitted");
    if counted || !matches!(message["level"].as_str()?, "error" | "warning") {
        return None;
    }
    Some(Diagnostic {
        code: message["code"]["code"].as_str().map(str::to_owned),
        text: message["rendered"].as_str()?.to_owned(),
    })
}
