//! `failclosed.toml`. A key that is not known is an error: it may be one that is misspelled.

use std::path::Path;

use cargo_metadata::Metadata;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{inconclusive::CheckError, rules};

/// The file's name, in the workspace's directory.
pub const FILE: &str = "failclosed.toml";

/// What is configured.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// How to check.
    #[serde(default)]
    pub check: Check,
    /// Under which features; each is built, and a finding in any counts.
    #[serde(default)]
    pub build: Vec<Build>,
    /// What is an effect.
    #[serde(default)]
    pub sinks: Sinks,
    /// What is a guard.
    #[serde(default)]
    pub guards: Guards,
    /// What is allowed, and why.
    #[serde(default)]
    pub allow: Vec<Allow>,
}

/// How to check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Check {
    /// Where code begins: `main`, `callbacks` (methods of traits of others), `pub` (public functions of
    /// libraries), or paths (`my_crate::handlers::*`).
    #[serde(default = "entries")]
    pub entries: Vec<String>,
    /// From which severity on the exit code is 1.
    #[serde(default)]
    pub fail_on: FailOn,
    /// Nothing that is not stable is asked of the compiler: no `RUSTC_BOOTSTRAP`, in no process.
    #[serde(default)]
    pub strict_stable: bool,
    /// Packages that are not built and followed. Their source is read as that of all others.
    #[serde(default)]
    pub exclude: Vec<Exclude>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            entries: entries(),
            fail_on: FailOn::default(),
            strict_stable: false,
            exclude: Vec::new(),
        }
    }
}

/// A package that is not followed. The report names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Exclude {
    /// Its name.
    pub package: String,
    /// Why.
    pub reason: String,
}

fn entries() -> Vec<String> {
    vec!["main".to_owned(), "callbacks".to_owned()]
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FailOn {
    /// Only errors.
    #[default]
    Error,
    /// Errors and warnings.
    Warning,
    /// No finding fails a run; what could not be decided still does.
    Never,
}

/// One set of features.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Build {
    /// Names, as after `--features`.
    #[serde(default)]
    pub features: Vec<String>,
    /// `--all-features`.
    #[serde(default)]
    pub all_features: bool,
    /// `--no-default-features`.
    #[serde(default)]
    pub no_default_features: bool,
    /// Examples as well, which cargo leaves out otherwise.
    #[serde(default)]
    pub examples: bool,
}

/// What is an effect.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sinks {
    /// Which kinds of effects of the shipped lists count. Empty: those that change something (all but
    /// `env`).
    #[serde(default, rename = "use")]
    pub effects: Vec<String>,
    /// More.
    #[serde(default)]
    pub extra: Vec<Extra>,
}

/// An effect of the project's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Extra {
    /// Its full path: `my_crate::stripe::charge`, `<my_crate::Db as other::Store>::put`. `*` is any text after the
    /// crate's name, or its beginning: `their_sdk::*::send`.
    pub path: String,
    /// The kind it is shown as.
    #[serde(default = "user")]
    pub effect: String,
    /// Why it is one.
    pub reason: String,
}

fn user() -> String {
    "user".to_owned()
}

/// What is a guard, beside those of this library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Guards {
    /// Functions that were read by somebody.
    #[serde(default)]
    pub manual: Vec<Manual>,
}

/// A function that is taken for a guard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manual {
    /// Its full path.
    pub path: String,
    /// Who read it, and what they found.
    pub reason: String,
}

/// A finding that is allowed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Allow {
    /// The rule.
    pub rule: String,
    /// Only for this effect.
    #[serde(default)]
    pub sink: Option<String>,
    /// Only in this function, or below this module (`my_crate::cache::*`).
    #[serde(default, rename = "in")]
    pub inside: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    #[serde(default)]
    pub expires: Option<String>,
}

impl Config {
    /// What the workspace's file says; nothing said, where there is no file.
    ///
    /// # Errors
    /// `Config`: a file that cannot be read, a key that is not known, an `allow` without a reason.
    pub fn load(workspace: &Path) -> Result<Self, CheckError> {
        match std::fs::read_to_string(workspace.join(FILE)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            // FAIL CLOSED: a file that is there and cannot be read may ask for more than the default.
            Err(error) => Err(CheckError::Config(format!("{FILE}: {error}"))),
        }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse(text: &str) -> Result<Self, CheckError> {
        let config: Self =
            toml::from_str(text).map_err(|error| CheckError::Config(format!("{FILE}: {error}")))?;
        config.valid().map_err(|why| CheckError::Config(format!("{FILE}: {why}")))?;
        Ok(config)
    }

    /// Whether each package that is left out is one of the workspace.
    ///
    /// # Errors
    /// `Config`, where one is not: it is misspelled, or gone.
    pub(crate) fn excludes(&self, metadata: &Metadata) -> Result<(), CheckError> {
        let names: Vec<&str> =
            metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
        match self.check.exclude.iter().find(|one| !names.contains(&one.package.as_str())) {
            Some(one) => Err(CheckError::Config(format!(
                "{FILE}: `exclude` names `{}`, which is no package of the workspace\n\
                 help: one of {}",
                one.package,
                names.join(", ")
            ))),
            None => Ok(()),
        }
    }

    fn valid(&self) -> Result<(), String> {
        let reasons = self.sinks.extra.iter().map(|extra| (&extra.path, &extra.reason));
        let manual = self.guards.manual.iter().map(|manual| (&manual.path, &manual.reason));
        let allowed = self.allow.iter().map(|allow| (&allow.rule, &allow.reason));
        let excluded = self.check.exclude.iter().map(|one| (&one.package, &one.reason));
        for (what, reason) in reasons.chain(manual).chain(allowed).chain(excluded) {
            if reason.trim().is_empty() {
                return Err(format!("`{what}` has no reason"));
            }
        }
        for allow in &self.allow {
            if rules::find(&allow.rule).is_none() {
                return Err(format!("there is no rule `{}`", allow.rule));
            }
            if let Some(day) = &allow.expires {
                day.parse::<Date>().map_err(|error| format!("`{day}`: {error}"))?;
            }
        }
        if let Some(extra) = self.sinks.extra.iter().find(|extra| extra.path.starts_with('*')) {
            return Err(format!(
                "`{}` is of any crate\nhelp: name the crate: `their_sdk::*::send`",
                extra.path
            ));
        }
        let known = crate::sinks::effects();
        for effect in &self.sinks.effects {
            if !known.contains(effect) {
                return Err(format!(
                    "there is no effect `{effect}`\nhelp: one of {}",
                    known.join(", ")
                ));
            }
        }
        if self.check.entries.is_empty() {
            // FAIL CLOSED: nothing is reached from nowhere.
            return Err("`entries` is empty: nothing would be looked at".to_owned());
        }
        for entry in &self.check.entries {
            if !["main", "callbacks", "pub"].contains(&entry.as_str()) && !entry.contains("::") {
                return Err(format!(
                    "`{entry}` is no entry\nhelp: `main`, `callbacks`, `pub`, or a path"
                ));
            }
        }
        Ok(())
    }
}

/// Whether a full path is one that a pattern names: itself, or below `..::*`.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => pattern == path,
    }
}
