//! What the check has to say, before anybody decides how to print it.

use std::fmt;

use crate::rules::Rule;

/// How much a finding weighs.
#[allow(clippy::exhaustive_enums, reason = "what a report's reader must tell apart")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Known, and worth a line.
    Note,
    /// A shape that is wrong more often than not.
    Warning,
    /// A way around a permission check.
    Error,
}

impl Severity {
    /// As it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A stretch of a source file. Lines and columns count from 1; columns are characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Place {
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// The column after the last.
    pub end_column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One step from an entry point towards an effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// Where.
    pub place: Place,
    /// What happens there.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was broken.
    pub rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// In one sentence.
    pub message: String,
    /// What the place itself is, in a few words.
    pub label: String,
    /// The path of the function around it. With the rule, the sink and the callee, what a baseline knows
    /// it by: line numbers move.
    pub inside: String,
    /// The effect's path, where the finding is about one.
    pub sink: Option<String>,
    /// The effect's kind (`fs.write`).
    pub effect: Option<String>,
    /// What is called around the guard.
    pub callee: Option<String>,
    /// From the entry point to here.
    pub hops: Vec<Hop>,
    /// More to know.
    pub notes: Vec<String>,
    /// The value that it is about, where its type would tell whether it is anything.
    pub(crate) value: Option<Place>,
}

impl Finding {
    /// A finding about one place.
    pub fn new(
        rule: &'static Rule,
        place: Place,
        inside: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            place,
            message: rule.title.to_owned(),
            label: label.into(),
            inside: inside.into(),
            sink: None,
            effect: None,
            callee: None,
            hops: Vec::new(),
            notes: Vec::new(),
            value: None,
        }
    }

    /// What this finding is known by from one run to the next: no line numbers in it.
    pub fn key(&self) -> Key {
        Key {
            rule: self.rule.id.to_owned(),
            file: self.place.file.clone(),
            inside: self.inside.clone(),
            sink: self.sink.clone(),
            callee: self.callee.clone(),
        }
    }
}

/// What a finding is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The rule's id.
    pub rule: String,
    /// The file.
    pub file: String,
    /// The function around it.
    pub inside: String,
    /// The effect's path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<String>,
    /// What is called around the guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<String>,
}
