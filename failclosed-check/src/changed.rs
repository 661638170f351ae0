//! What git knows not to have changed since a revision. What it does not know counts as changed.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{baseline, config, finding::Finding, inconclusive::CheckError};

/// Files that a change of can make a finding anywhere.
const EVERYWHERE: [&str; 5] =
    [config::FILE, baseline::FILE, "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// The files that are as they were.
#[derive(Debug)]
pub struct Unchanged {
    root: PathBuf,
    files: BTreeSet<PathBuf>,
    /// What was checked, or how, is no longer the same.
    everything: bool,
}

impl Unchanged {
    /// Since a revision, in the repository around the workspace.
    ///
    /// # Errors
    /// `Undecided`, where there is no git, no repository, or no such revision.
    pub fn since(revision: &str, root: &Path) -> Result<Self, CheckError> {
        let root = root.canonicalize().map_err(|e| CheckError::undecided(root.display(), e))?;
        let top = git(&root, &["rev-parse", "--show-toplevel"])?;
        let top = Path::new(top.trim_end_matches(['\r', '\n']));
        let top = top.canonicalize().map_err(|e| CheckError::undecided(top.display(), e))?;
        let commit = format!("{revision}^{{commit}}");
        // A word that begins like an option is none.
        let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let commit = git(&root, &verify).map_err(|_| {
            let help = "no such revision here\nhelp: `git fetch` it; a shallow clone has the last one alone";
            CheckError::undecided(format!("`{revision}`"), help)
        })?;
        let commit = commit.trim();
        let then = git(&top, &["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])?;
        let differ = [
            "diff",
            "-z",
            "--name-only",
            "--no-renames",
            "--no-relative",
            "--no-ext-diff",
            "--ignore-submodules=none",
            commit,
            "--",
        ];
        let differ = git(&top, &differ)?;
        let names = |list: &str| -> BTreeSet<PathBuf> {
            list.split('\0').filter(|name| !name.is_empty()).map(|name| top.join(name)).collect()
        };
        let differ = names(&differ);
        let files: BTreeSet<PathBuf> = names(&then).difference(&differ).cloned().collect();
        let everything = EVERYWHERE.iter().map(|name| root.join(name)).any(|path| {
            differ.contains(&path) || (path.exists() && !files.contains(&path) && !ignored(&path))
        });
        Ok(Self { root, files, everything })
    }

    /// Whether a finding, and every step of its way, is in files that are as they were.
    pub fn holds(&self, finding: &Finding) -> bool {
        let ways = finding.hops.iter().map(|hop| &hop.place);
        !self.everything
            && ways.chain([&finding.place]).all(|place| {
                let path = self.root.join(&place.file);
                // FAIL CLOSED: a path that cannot be resolved is not known to be as it was.
                path.canonicalize().is_ok_and(|path| self.files.contains(&path))
            })
    }
}

/// A lock file that is not kept in git says nothing about what changed.
fn ignored(path: &Path) -> bool {
    path.ends_with("Cargo.lock")
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String, CheckError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .output()
        .map_err(|e| CheckError::undecided("`--changed-since` needs git", e))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CheckError::undecided(
            format!("git {}", arguments.first().unwrap_or(&"")),
            why,
        ));
    }
    // FAIL CLOSED: a name that is no text is not compared by a part of it.
    String::from_utf8(output.stdout).map_err(|e| CheckError::undecided("git", e))
}
