//! What was there before: findings that are known, by what does not move when lines do, and how many.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    finding::{Finding, Key, Place},
    inconclusive::CheckError,
    rules::FC0902,
};

/// The file's name, in the workspace's directory.
pub const FILE: &str = "failclosed.baseline.json";

/// Known findings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Baseline {
    version: u32,
    findings: Vec<Line>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

impl Baseline {
    /// Of these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in findings {
            *counts.entry(finding.key()).or_default() += 1;
        }
        let findings = counts.into_iter().map(|(key, count)| Line { key, count }).collect();
        Self { version: 1, findings }
    }

    /// The workspace's; an empty one, where it has none.
    ///
    /// # Errors
    /// `Config`, where it is there and cannot be read.
    pub fn load(workspace: &Path) -> Result<Self, CheckError> {
        let text = match std::fs::read_to_string(workspace.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(CheckError::Config(format!("{FILE}: {error}"))),
        };
        let found: Self =
            serde_json::from_str(&text).map_err(|e| CheckError::Config(format!("{FILE}: {e}")))?;
        // FAIL CLOSED: a line of another version may mean more than it says here.
        if found.version != 1 {
            return Err(CheckError::Config(format!(
                "{FILE}: version {} is not known",
                found.version
            )));
        }
        Ok(found)
    }

    /// Writes it down.
    ///
    /// # Errors
    /// `Config`, where that fails.
    pub fn write(&self, workspace: &Path) -> Result<(), CheckError> {
        let failed = |error: String| CheckError::Config(format!("{FILE}: {error}"));
        let mut text = serde_json::to_string_pretty(self).map_err(|e| failed(e.to_string()))?;
        text.push('\n');
        std::fs::write(workspace.join(FILE), text).map_err(|e| failed(e.to_string()))
    }

    /// Takes out what is known; one more of the same is new. What is gone is said, where `complete`.
    pub fn apply(&self, findings: Vec<Finding>, complete: bool) -> (Vec<Finding>, usize) {
        let mut left: BTreeMap<&Key, usize> =
            self.findings.iter().map(|line| (&line.key, line.count)).collect();
        let mut known = 0;
        let mut kept = Vec::new();
        for finding in findings {
            match left.get_mut(&finding.key()).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    known += 1;
                }
                None => kept.push(finding),
            }
        }
        for (key, _) in left.into_iter().filter(|(_, count)| complete && *count > 0) {
            let place = Place { file: FILE.into(), line: 1, column: 1, end_line: 1, end_column: 1 };
            let label = format!("{} in `{}` is gone", key.rule, key.inside);
            kept.push(Finding::new(&FC0902, place, key.inside.clone(), label));
        }
        (kept, known)
    }
}
