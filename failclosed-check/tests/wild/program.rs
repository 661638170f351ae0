//! A program's source: fetched, copied, edited.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

/// What `programs/*.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    /// Each effect of the published program, as somebody read it.
    pub(crate) effects: Vec<Effect>,
    /// Effects that are not found, and why.
    #[serde(default)]
    pub(crate) missed: Vec<Missed>,
    /// What the planted code needs beside this library.
    #[serde(default)]
    dependencies: std::collections::BTreeMap<String, String>,
    #[serde(rename = "edit")]
    edits: Vec<Edit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    pub(crate) file: String,
    inside: String,
    pub(crate) sink: String,
    #[serde(default = "once")]
    pub(crate) times: usize,
    /// Why nobody would ask before it: a finding about it is false.
    pub(crate) harmless: Option<String>,
    /// Once guards are planted: `reached` as before, `guarded`, or `gone` into what is marked.
    #[serde(default = "reached")]
    pub(crate) planted: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Missed {
    pub(crate) file: String,
    /// The line, or a part that no other has.
    pub(crate) text: String,
    pub(crate) reason: String,
}

/// One text in the place of another; a new file, where there is nothing to find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    find: Option<String>,
    put: String,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

fn reached() -> String {
    "reached".to_owned()
}

impl Effect {
    pub(crate) fn known(&self) -> super::Known {
        (self.file.clone(), self.inside.clone(), self.sink.clone())
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where they are built: what they have in common, once.
pub(crate) fn target() -> PathBuf {
    repository().join("target/wild/build")
}

pub(crate) fn cargo(arguments: &[&str], directory: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(directory);
    // Build scripts look at what cargo tells a package about itself, and this test is none of theirs.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn done(mut command: Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
}

impl Program {
    pub(crate) fn load(name: &str) -> Self {
        let file = format!("failclosed-check/tests/wild/programs/{name}.toml");
        let text = fs::read_to_string(repository().join(&file)).unwrap();
        toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn home(&self) -> PathBuf {
        repository().join("target/wild").join(format!("{}-{}", self.name, self.version))
    }

    /// A fresh copy of what was published, with what its lock file names.
    pub(crate) fn fetch(&self) {
        let home = self.home();
        let _ = fs::remove_dir_all(&home);
        copy(&self.source(), &home);
        // A workspace of its own, built by the compiler that this test was built by.
        let manifest = home.join("Cargo.toml");
        let mut text = fs::read_to_string(&manifest).unwrap();
        assert!(!text.contains("\n[workspace]"), "{} is a workspace", self.name);
        for toolchain in ["rust-toolchain", "rust-toolchain.toml"] {
            let _ = fs::remove_file(home.join(toolchain));
        }
        fs::write(&manifest, format!("{text}\n[workspace]\n")).unwrap();
        done(cargo(&["fetch", "--locked"], &home));
        // What is planted later needs this library; it is there from the start, so that what it is built
        // of is built once.
        text.push_str(&format!(
            "\n[workspace]\n[dependencies.failclosed]\npath = {:?}\n",
            repository()
        ));
        for (name, what) in &self.dependencies {
            text.push_str(&format!("[dependencies.{name}]\n{what}\n"));
        }
        fs::write(&manifest, text).unwrap();
        // What it needs itself was fetched to build this test.
        done(cargo(&["metadata", "--offline", "--format-version=1"], &home));
    }

    /// Where cargo keeps it. Asking cargo about a version makes it fetch that version.
    fn source(&self) -> PathBuf {
        let name = format!("{}-{}", self.name, self.version);
        let kept = || {
            let home = env::var_os("CARGO_HOME").map_or_else(
                || PathBuf::from(env::var_os("HOME").unwrap()).join(".cargo"),
                PathBuf::from,
            );
            let registries = fs::read_dir(home.join("registry/src")).ok()?;
            registries.map(|one| one.unwrap().path().join(&name)).find(|path| path.is_dir())
        };
        kept().unwrap_or_else(|| {
            let package = format!("{}@{}", self.name, self.version);
            let outside = env::temp_dir();
            done(cargo(&["info", "--registry", "crates-io", &package], &outside));
            kept().unwrap_or_else(|| panic!("cargo did not keep the source of {package}"))
        })
    }

    /// Puts the guards and the ways around them in.
    pub(crate) fn plant(&self) {
        for edit in &self.edits {
            let path = self.home().join(&edit.file);
            // A line that the text begins with is for the eye.
            let put = edit.put.strip_prefix('\n').unwrap_or(&edit.put);
            let Some(find) = &edit.find else {
                assert!(!path.exists(), "{}: {} is there", self.name, edit.file);
                fs::write(path, put).unwrap();
                continue;
            };
            let find = find.strip_prefix('\n').unwrap_or(find);
            let text = fs::read_to_string(&path).unwrap();
            let found = text.matches(find).count();
            assert_eq!(found, edit.times, "{}: {}: {find}", self.name, edit.file);
            fs::write(path, text.replace(find, put)).unwrap();
        }
    }

    /// What stands behind `//~` on a line.
    pub(crate) fn marks(&self) -> Vec<(String, usize, String)> {
        let mut marks = Vec::new();
        let mut files: Vec<&str> = self.edits.iter().map(|edit| edit.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        for file in files {
            let text = fs::read_to_string(self.home().join(file)).unwrap();
            for (at, line) in text.lines().enumerate() {
                if let Some((_, mark)) = line.split_once("//~ ") {
                    marks.push((file.to_owned(), at + 1, mark.trim().to_owned()));
                }
            }
        }
        assert!(marks.len() >= 3, "{}: {marks:?}", self.name);
        marks
    }

    /// The number of the one line that has a text.
    pub(crate) fn line_of(&self, file: &str, text: &str) -> usize {
        let source = fs::read_to_string(self.home().join(file)).unwrap();
        let lines = source.lines().enumerate().filter(|(_, line)| line.contains(text));
        let found: Vec<usize> = lines.map(|(at, _)| at + 1).collect();
        found.first().copied().unwrap_or_else(|| panic!("{}: {file}: no `{text}`", self.name))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::write(to, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}
