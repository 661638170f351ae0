//! Compiles twins as programs of one generated package, and reads what the compiler says as JSON.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use serde_json::Value;

use crate::Function;

const MANIFEST: &str = r#"
[package]
name = "failclosed-twins"
version = "0.0.0"
edition = "2024"
publish = false
autobins = false

[workspace]

[lints.rust]
dead_code = "allow"

[dependencies]
tokio = { version = "1", default-features = false, features = ["macros", "rt-multi-thread", "time", "sync"] }
serde = { version = "1", features = ["derive"] }
async-trait = "0.1"
"#;

/// What every function may use.
const PRELUDE: &str = "\
#![allow(unused_imports)]
use std::{future::Future, pin::Pin};
use failclosed::Denial;
#[derive(serde::Serialize)] pub struct Pair { pub left: u8, pub right: u8 }
#[derive(serde::Serialize)] pub struct Named(pub String);
pub fn fallible() -> Result<u8, std::num::ParseIntError> { \"1\".parse() }
pub async fn later(n: u8) -> Result<u8, Denial> { Ok(n) }
";

/// One thing that the compiler says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// The name of the function it is about.
    pub(crate) file: String,
    /// Level, code, message and places.
    pub(crate) what: String,
}

/// Two programs that differ in attributes alone.
pub(crate) struct Twins {
    name: String,
    functions: Vec<(&'static str, &'static str)>,
}

impl Twins {
    pub(crate) fn alone(function: &Function) -> Self {
        Self { name: function.name.into(), functions: vec![(function.name, function.source)] }
    }

    pub(crate) fn together(name: &str, functions: &[&Function]) -> Self {
        let functions = functions.iter().map(|function| (function.name, function.source));
        Self { name: format!("all_{name}"), functions: functions.collect() }
    }
}

/// What is said of each, without and with the attribute.
pub(crate) fn compile(twins: &[Twins]) -> Vec<(Vec<Said>, Vec<Said>)> {
    // One package, rewritten for each set.
    static PACKAGE: Mutex<()> = Mutex::new(());
    let package = PACKAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("twins");
    write(&directory, twins);
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--offline", "--quiet", "--keep-going", "--bins", "--message-format=json"])
        .current_dir(&directory)
        // Beside the cases of what must not compile: the dependencies are the same.
        .env("CARGO_TARGET_DIR", directory.with_file_name("ui").join("target"))
        // A flag from outside, such as a capped lint, must not decide what is said.
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
    let of = |name: String| {
        let about = |message: &&Value| message["target"]["name"].as_str() == Some(&name);
        let about: Vec<_> = messages.iter().filter(about).collect();
        assert!(
            !about.is_empty(),
            "{name} was not compiled:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        about.into_iter().filter_map(|message| said(&message["message"])).collect()
    };
    twins
        .iter()
        .map(|twins| (of(format!("{}_plain", twins.name)), of(format!("{}_guarded", twins.name))))
        .collect()
}

fn write(directory: &Path, twins: &[Twins]) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut manifest = MANIFEST.to_owned();
    manifest.push_str(&format!("failclosed = {{ path = {workspace:?} }}\n"));
    for twins in twins {
        for guarded in [false, true] {
            let side = if guarded { "guarded" } else { "plain" };
            let name = format!("{}_{side}", twins.name);
            let sources = directory.join(&name);
            let mut main = String::from(PRELUDE);
            for (function, source) in &twins.functions {
                main.push_str(&format!("mod {function};\n"));
                put(&sources.join(format!("{function}.rs")), &twin(source, guarded));
            }
            main.push_str("fn main() {}\n");
            put(&sources.join("main.rs"), &main);
            let path = sources.join("main.rs");
            manifest.push_str(&format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n"));
        }
    }
    put(&directory.join("Cargo.toml"), &manifest);
    // The versions the workspace is tested with; nothing is fetched.
    fs::copy(workspace.join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();
}

/// Writes what has changed, so that the rest is not compiled anew.
fn put(path: &PathBuf, text: &str) {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Line for line the same, but for the attribute.
fn twin(source: &str, guarded: bool) -> String {
    let mut text = String::from("use crate::*;\n");
    for line in source.trim_start().lines() {
        let attribute = line.trim_start().strip_prefix("#[guard");
        match attribute.and_then(|rest| rest.strip_suffix(']')) {
            Some(rest) if guarded => {
                // `#[guard]`, or `#[guard(skip(card))]`
                let keys = rest.strip_prefix('(').and_then(|keys| keys.strip_suffix(')'));
                let keys = keys.map(|keys| format!(", {keys}")).unwrap_or_default();
                text.push_str(&format!("#[failclosed::requires_permission(action = \"x\"{keys})]"));
            }
            Some(_) => text.push_str("// the attribute"),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

fn said(message: &Value) -> Option<Said> {
    let (level, text) = (message["level"].as_str()?, message["message"].as_str()?);
    let counted = text.starts_with("aborting due to") || text.ends_with(" emitted");
    if counted || !matches!(level, "error" | "warning") {
        return None;
    }
    let code = message["code"]["code"].as_str().unwrap_or_default();
    let spans = message["spans"].as_array()?;
    let primary = || spans.iter().filter(|span| span["is_primary"] == true);
    let places = primary().map(place).collect::<Vec<_>>();
    let file = primary().next().and_then(|span| span["file_name"].as_str()).unwrap_or_default();
    let file = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let places = places.join(", ");
    // The body stands in a block of its own, which two messages name; and a message may name the file.
    let text = text
        .replace("an async block", "an async function")
        .replace("`async` block", "`async` function")
        .replace("_guarded/", "_plain/");
    Some(Said { file, what: format!("{level}[{code}]: {text} at {places}") })
}

/// `3:5-3:9`
fn place(span: &Value) -> String {
    let number = |key: &str| span[key].as_u64().unwrap_or_default();
    let (line, column) = (number("line_start"), number("column_start"));
    let (to_line, to_column) = (number("line_end"), number("column_end"));
    format!("{line}:{column}-{to_line}:{to_column}")
}
