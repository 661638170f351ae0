//! `check --fix`: writes the attribute above an unguarded executor, where nothing about it is in doubt.
//!
//! What is written is one line above the function, and one import. A function that is not understood in
//! full is left alone, and the reason is said. Where the project does not build any more, every file is
//! put back.

mod candidate;
mod edit;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::{
    finding::{Finding, Place},
    inconclusive::CheckError,
    rules::{FC0101, FC0102},
    source::{self, Unit},
};

/// What was thought of each unguarded function that a finding names.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Fixes {
    /// What is written, by file and line.
    pub written: Vec<Written>,
    /// What is left to a person, and why.
    pub left: Vec<Left>,
    files: Vec<Changed>,
}

/// A guard that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Where the function begins, before the change.
    pub place: Place,
    /// The function's name.
    pub function: String,
    /// The line above it.
    pub attribute: String,
    /// The import that it needs.
    pub import: Option<String>,
}

/// A function that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Left {
    /// Where the finding is.
    pub place: Place,
    /// Why.
    pub why: String,
}

/// A file, as it was and as it is to be.
#[derive(Debug)]
struct Changed {
    path: String,
    before: String,
    after: String,
}

impl Fixes {
    /// What can be mended of these findings.
    ///
    /// # Errors
    /// As [`source::units`].
    pub fn of(findings: &[Finding], directory: &Path) -> Result<Self, CheckError> {
        let metadata = source::metadata(directory)?;
        Ok(Self::in_units(findings, &source::units(&metadata)?))
    }

    fn in_units(findings: &[Finding], units: &[Unit]) -> Self {
        let mut fixes = Self::default();
        let mut taken = candidate::actions(units);
        let mut wanted: BTreeMap<&str, BTreeSet<&Place>> = BTreeMap::new();
        for finding in findings.iter().filter(|f| f.rule == &FC0101 || f.rule == &FC0102) {
            wanted.entry(&finding.place.file).or_default().insert(&finding.place);
        }
        for (path, places) in wanted {
            let found = units.iter().find_map(|unit| {
                unit.files.iter().find(|file| file.path == path).map(|file| (unit, file))
            });
            let Some((unit, file)) = found else {
                fixes.leave(places, "this file is not one of the workspace's sources");
                continue;
            };
            let mut heads = BTreeMap::new();
            for place in places {
                match candidate::at(place, file, unit, &mut taken, &heads) {
                    Ok(None) => {}
                    Ok(Some(head)) => {
                        heads.insert(head.line, head);
                    }
                    Err(why) => fixes.left.push(Left { place: place.clone(), why }),
                }
            }
            let heads: Vec<candidate::Head> = heads.into_values().collect();
            if heads.is_empty() {
                continue;
            }
            match edit::file(file, unit, &heads) {
                Ok((after, written)) => {
                    let before = file.text.clone();
                    fixes.files.push(Changed { path: path.to_owned(), before, after });
                    fixes.written.extend(written);
                }
                Err(why) => fixes.leave(heads.iter().map(|head| &head.place), &why),
            }
        }
        fixes.left.sort();
        fixes
    }

    fn leave<'p>(&mut self, places: impl IntoIterator<Item = &'p Place>, why: &str) {
        let left = places.into_iter().map(|p| Left { place: p.clone(), why: why.to_owned() });
        self.left.extend(left);
    }

    /// Writes the files, and asks whether the result holds (`check`); puts them back where it does not.
    ///
    /// # Errors
    /// `Undecided`, where a file cannot be written or is another one by now; what `check` says.
    pub fn apply<R>(
        &self,
        root: &Path,
        check: impl FnOnce() -> Result<R, CheckError>,
    ) -> Result<R, CheckError> {
        for (at, file) in self.files.iter().enumerate() {
            let outcome = swap(root, &file.path, &file.before, &file.after);
            if let Err(error) = outcome {
                return Err(self.undo(root, at, error));
            }
        }
        check().map_err(|error| self.undo(root, self.files.len(), error))
    }

    /// Puts back the first files. What somebody else wrote meanwhile stays.
    fn undo(&self, root: &Path, count: usize, error: CheckError) -> CheckError {
        let done = self.files.iter().take(count);
        let kept: Vec<String> = done
            .filter_map(|file| swap(root, &file.path, &file.after, &file.before).err())
            .map(|error| error.to_string())
            .collect();
        let end = match kept.is_empty() {
            true => "nothing was changed: with the guards it does not pass".to_owned(),
            false => format!("not put back: {}", kept.join("; ")),
        };
        match error {
            CheckError::Config(why) => CheckError::Config(format!("{why}\n{end}")),
            CheckError::Build(why) => CheckError::Build(format!("{why}\n{end}")),
            CheckError::Undecided(why) => CheckError::Undecided(format!("{why}\n{end}")),
        }
    }

    /// What was done, or would be, line by line.
    pub fn told(&self, dry: bool) -> String {
        let mut out = String::new();
        let did = if dry { "would write" } else { "wrote" };
        for one in &self.written {
            out.push_str(&format!(
                "{did} {}: {} above `{}`",
                one.place, one.attribute, one.function
            ));
            if let Some(import) = &one.import {
                out.push_str(&format!(", and {import}"));
            }
            out.push('\n');
        }
        for left in &self.left {
            out.push_str(&format!("left {}: {}\n", left.place, left.why));
        }
        let (written, left) = (self.written.len(), self.left.len());
        out.push_str(&format!("{written} guarded, {left} left\n"));
        if written > 0 {
            out.push_str("help: say in your policy who may do each of these actions; until then they are denied\n");
        }
        out
    }
}

/// Writes a file that is still what it was.
fn swap(root: &Path, path: &str, before: &str, after: &str) -> Result<(), CheckError> {
    let whole = root.join(path);
    let now = std::fs::read_to_string(&whole).map_err(|e| CheckError::undecided(path, e))?;
    if now != before {
        return Err(CheckError::undecided(path, "it was changed meanwhile, and is left alone"));
    }
    std::fs::write(&whole, after).map_err(|e| CheckError::undecided(path, e))
}
