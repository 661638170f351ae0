//! `check --fix` on a copy of the sample workspace: what it writes, what it leaves, and what it puts back.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A copy of the sample, with one more module of its agent. One at a time, and each newer than the one
/// before it: copies are one package to cargo, and what it built of one would be taken for another's.
fn copy(name: &str, code: &str) -> (PathBuf, MutexGuard<'static, ()>) {
    static ONE: Mutex<()> = Mutex::new(());
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample");
    let home = repository().join("target/check-fix").join(name);
    let _ = fs::remove_dir_all(&home);
    for file in sources(&from) {
        let to = home.join(file.strip_prefix(&from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        // The library stands where it stood.
        let root = repository().to_str().unwrap().to_owned();
        fs::write(to, text.replace("path = \"../../../../..\"", &format!("path = \"{root}\"")))
            .unwrap();
    }
    fs::copy(repository().join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    fs::write(home.join("agent/src/more.rs"), code).unwrap();
    let main = home.join("agent/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    let text = text.replace("mod plain;", "mod more;\nmod plain;");
    fs::write(
        main,
        text.replace("    plain::all().await;", "    plain::all().await;\n    more::all().await;"),
    )
    .unwrap();
    (home, one)
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "toml") {
            found.push(path);
        }
    }
    found
}

fn texts(home: &Path) -> BTreeMap<PathBuf, String> {
    sources(home)
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The exit code, what was found, and what was done.
fn fix(home: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let target = repository().join("target/check-fix/target");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .args(["check", "--format", "github", "--target-dir", target.to_str().unwrap(), "--fix"])
        .args(more)
        .current_dir(home)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const MORE: &str = r#"//! What a guard can be written above, and what it cannot.

use failclosed::Denial;

pub(crate) struct Order(u8);

/// Removes a file.
#[allow(dead_code)]
pub(crate) async fn wipe(path: &str, times: Option<u32>) -> Result<(), Denial> {
    let _ = (times, std::fs::remove_file(path));
    Ok(())
}

// An action of this name is there already.
async fn store(text: &str) -> Result<(), Denial> {
    let _ = std::fs::write("/tmp/stored", text);
    let _ = std::fs::write("/tmp/stored", text);
    Ok(())
}

mod inner {
    use failclosed::Denial;

    pub(crate) async fn nested() -> Result<(), Denial> {
        let _ = std::fs::create_dir("/tmp/nested");
        Ok(())
    }
}

fn not_async() -> Result<(), Denial> {
    let _ = std::fs::create_dir("/tmp/sync");
    Ok(())
}

async fn no_result() {
    let _ = std::fs::create_dir("/tmp/nothing");
}

async fn with_order(order: Order) -> Result<(), Denial> {
    let _ = std::fs::write("/tmp/order", [order.0]);
    Ok(())
}

async fn of_any<T: AsRef<str>>(text: T) -> Result<(), Denial> {
    let _ = std::fs::write("/tmp/any", text.as_ref());
    Ok(())
}

struct Bare;

impl Bare {
    async fn method(&self) -> Result<(), Denial> {
        let _ = std::fs::create_dir("/tmp/bare");
        Ok(())
    }
}

pub(crate) async fn all() {
    let _ = wipe("/tmp/a", None).await;
    let _ = store("text").await;
    let _ = inner::nested().await;
    let _ = not_async();
    no_result().await;
    let _ = with_order(Order(1)).await;
    let _ = of_any("text").await;
    let _ = Bare.method().await;
}
"#;

#[test]
fn what_is_understood_is_guarded_and_the_rest_is_left() {
    let (home, _one) = copy("sample", MORE);
    let before = texts(&home);

    let (code, found, said) = fix(&home, &["--dry-run"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(texts(&home), before, "a dry run writes nothing");
    assert!(found.contains("more.rs,line=10"), "{found}");
    assert!(said.contains("would write agent/src/more.rs:9:21: #[requires_permission(action = \"wipe\")] above `wipe`, and use failclosed::requires_permission;"), "{said}");

    let (code, found, said) = fix(&home, &[]);
    assert_eq!(code, Some(1), "there is more that is not guarded: {said}");
    assert!(said.contains("4 guarded"), "{said}");
    let after = texts(&home);
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, text)| before[*path] != **text)
        .map(|(path, _)| path.strip_prefix(&home).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(changed, ["agent/src/guarded.rs", "agent/src/more.rs"]);
    // Lines were put in, and nothing else.
    let more = &after[&home.join("agent/src/more.rs")];
    let expected = MORE
        .replacen("Denial;\n", "Denial;\nuse failclosed::requires_permission;\n", 1)
        .replace("pub(crate) async fn wipe", "#[requires_permission(action = \"wipe\")]\npub(crate) async fn wipe")
        .replace("async fn store", "#[requires_permission(action = \"agent.store\")]\nasync fn store")
        .replace(
            "    pub(crate) async fn nested",
            "    #[failclosed::requires_permission(action = \"nested\")]\n    pub(crate) async fn nested",
        );
    assert_eq!(*more, expected);
    // The build after it knows them as guards, and the rest as what it was.
    let at = |file: &str, word: &str| {
        let text = &after[&home.join(file)];
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(word));
        let mut numbers = lines.map(|(at, _)| format!("file={file},line={},", at + 1));
        assert!(numbers.clone().next().is_some(), "{word}");
        numbers.any(|number| found.contains(&number))
    };
    for guarded in ["remove_file(path)", "/tmp/stored", "/tmp/nested"] {
        assert!(!at("agent/src/more.rs", guarded), "{guarded}: {found}");
    }
    assert!(!at("agent/src/guarded.rs", "/tmp/handle_raw"), "{found}");
    for open in ["/tmp/sync", "/tmp/nothing", "/tmp/order", "/tmp/any", "/tmp/bare"] {
        assert!(at("agent/src/more.rs", open), "{open}: {found}");
    }
    for why in [
        "`not_async` is not `async`",
        "`no_result` does not return a `Result<_, Denial>`",
        "`with_order` takes `order`: say in `args(..)` or `skip(..)`",
        "`of_any` has type parameters",
        "`method` is a method, and its type has no guard",
        "`refund` is under `#[cfg_attr]`",
        "no function stands here",
    ] {
        assert!(said.contains(why), "{why}: {said}");
    }

    let (_, _, said) = fix(&home, &[]);
    assert!(said.contains("0 guarded"), "{said}");
    assert_eq!(texts(&home), after, "a second run finds nothing to write");
}

#[test]
fn what_does_not_build_with_the_guard_is_put_back() {
    // By its name it is ours, and it is not.
    let code = "use failclosed::Denial;\n\nmod inner {\n    pub struct Denial;\n    pub async fn own() -> Result<(), Denial> {\n        \
                let _ = std::fs::create_dir(\"/tmp/own\");\n        Ok(())\n    }\n}\n\n\
                pub(crate) async fn all() {\n    let _ = inner::own().await;\n    let _: Option<Denial> = None;\n}\n";
    let (home, _one) = copy("put-back", code);
    let before = texts(&home);
    let (code, found, said) = fix(&home, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(found.is_empty() && said.contains("nothing was changed"), "{said}");
    assert_eq!(texts(&home), before);
}

#[test]
fn without_a_build_there_is_nothing_to_mend() {
    let (home, _one) = copy("lints", MORE);
    assert_eq!(fix(&home, &["--lints-only"]).0, Some(2));
    assert_eq!(fix(&home, &["--write-baseline"]).0, Some(2));
}
