//! The cases on disk, and what their files have to say about themselves.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    diagnostic::{Diagnostic, Stop, recorded},
    twin,
};

/// Every case of every class.
pub(crate) struct Suite {
    pub(crate) cases: Vec<Case>,
    /// Twins, and the cases that only show what compiles.
    pub(crate) passing: Vec<PathBuf>,
    faults: Vec<String>,
}

/// One attempt.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) class: String,
    pub(crate) fail: PathBuf,
    pub(crate) pass: PathBuf,
    pub(crate) stopped_by: Vec<Stop>,
    /// How many lines it may differ from its twin in, where that is more than usual.
    pub(crate) differs: Option<usize>,
}

impl Suite {
    pub(crate) fn read(root: &Path) -> Self {
        let mut suite = Self { cases: Vec::new(), passing: Vec::new(), faults: Vec::new() };
        for class in list(root) {
            let (fail, pass) = (class.join("fail"), class.join("pass"));
            if !fail.is_dir() && !pass.is_dir() {
                continue;
            }
            for path in list(&fail) {
                suite.read_fail(&class, path, &pass);
            }
            for path in list(&pass) {
                let has_twin = fail.join(name(&path)).exists();
                if has_twin == (header(&path, "shows").is_some()) {
                    suite.fault(&path, "`// shows: ..` and a twin in `fail`: exactly one of them");
                }
                suite.passing.push(path);
            }
        }
        suite
    }

    fn read_fail(&mut self, class: &Path, path: PathBuf, pass: &Path) {
        if path.extension().is_some_and(|extension| extension == "stderr") {
            if !path.with_extension("rs").exists() {
                self.fault(&path, "belongs to no case");
            }
            return;
        }
        if header(&path, "attempt").is_none_or(|attempt| attempt.len() < 8) {
            self.fault(&path, "does not begin with `// attempt: ..`");
        }
        let stopped_by = header(&path, "stopped by").and_then(|list| Stop::parse(&list));
        if stopped_by.is_none() {
            self.fault(&path, "`// stopped by: ..` is missing or unreadable");
        }
        if !path.with_extension("stderr").exists() {
            self.fault(&path, "what the compiler says is not recorded");
        }
        self.cases.push(Case {
            class: name(class),
            pass: pass.join(name(&path)),
            stopped_by: stopped_by.unwrap_or_default(),
            differs: header(&path, "differs").and_then(|number| number.parse().ok()),
            fail: path,
        });
    }

    fn fault(&mut self, path: &Path, what: &str) {
        self.faults.push(format!("{}: {what}", path.display()));
    }

    /// Of each class, how many attempts it has and how many programs that compile; in order of names.
    pub(crate) fn counts(&self) -> Vec<(String, usize, usize)> {
        let mut counts = BTreeMap::<String, (usize, usize)>::new();
        for case in &self.cases {
            counts.entry(case.class.clone()).or_default().0 += 1;
        }
        for path in &self.passing {
            let class = path.ancestors().nth(2).map(name).unwrap_or_default();
            counts.entry(class).or_default().1 += 1;
        }
        counts.into_iter().map(|(class, (fail, pass))| (class, fail, pass)).collect()
    }

    /// Everything that is wrong with the files, without compiling them.
    pub(crate) fn faults(&self) -> Vec<String> {
        let cases = self.cases.iter();
        let of_cases = cases.flat_map(|case| [case.recorded_faults(), twin::faults(case)].concat());
        self.faults.iter().cloned().chain(of_cases).collect()
    }
}

impl Case {
    /// The recorded text names what the header names, and nothing else.
    pub(crate) fn recorded_faults(&self) -> Vec<String> {
        let stderr = fs::read_to_string(self.fail.with_extension("stderr")).unwrap_or_default();
        let mut faults = self.mismatches(&recorded(&stderr));
        if stderr.contains("$RUST") {
            // Its lines depend on whether the `rust-src` component is installed.
            faults.push(format!("{}: quotes the standard library", self.fail.display()));
        }
        faults
    }

    /// Each thing said must be in the header, and each thing in the header said.
    pub(crate) fn mismatches(&self, said: &[Diagnostic]) -> Vec<String> {
        let file = self.fail.display();
        let unexpected = said
            .iter()
            .filter(|said| !self.stopped_by.iter().any(|stop| stop.is(said)))
            .map(|said| format!("{file}: not in its header:\n{}", said.text));
        let missing = self
            .stopped_by
            .iter()
            .filter(|stop| !said.iter().any(|said| stop.is(said)))
            .map(|stop| format!("{file}: not stopped by {stop:?}"));
        let mut faults: Vec<_> = unexpected.chain(missing).collect();
        if self.stopped_by.is_empty() {
            // Nothing is expected, so anything would do.
            faults.push(format!("{file}: no header"));
        }
        faults
    }
}

/// The value of `// key: value` among the lines a file begins with.
fn header(path: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut header = text.lines().map_while(|line| line.strip_prefix("// "));
    header.find_map(|line| line.strip_prefix(key)?.strip_prefix(": ").map(str::to_owned))
}

/// What is in a directory, sorted.
fn list(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
