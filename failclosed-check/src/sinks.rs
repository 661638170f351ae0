//! What changes the world: lists one can read, by crate.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::{config::Config, inconclusive::CheckError};

/// The effect of a foreign function.
pub(crate) const FFI: &str = "ffi";

/// The effect of what cannot be followed: assembly, loaded code.
pub(crate) const OPAQUE: &str = "opaque";

const LISTS: [(&str, &str); 19] = [
    ("std", include_str!("sinks/std.toml")),
    ("cap-std", include_str!("sinks/cap_std.toml")),
    ("tokio", include_str!("sinks/tokio.toml")),
    ("reqwest", include_str!("sinks/reqwest.toml")),
    ("hyper", include_str!("sinks/hyper.toml")),
    ("ureq", include_str!("sinks/ureq.toml")),
    ("lettre", include_str!("sinks/lettre.toml")),
    ("nix", include_str!("sinks/nix.toml")),
    ("rusqlite", include_str!("sinks/rusqlite.toml")),
    ("sqlx", include_str!("sinks/sqlx.toml")),
    ("diesel", include_str!("sinks/diesel.toml")),
    ("sea-orm", include_str!("sinks/sea_orm.toml")),
    ("redis", include_str!("sinks/redis.toml")),
    ("git2", include_str!("sinks/git2.toml")),
    ("tonic", include_str!("sinks/tonic.toml")),
    ("octocrab", include_str!("sinks/octocrab.toml")),
    ("kube", include_str!("sinks/kube.toml")),
    ("aws", include_str!("sinks/aws.toml")),
    ("opaque", include_str!("sinks/opaque.toml")),
];

/// A list, as it is written: paths by effect.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct List(BTreeMap<String, Vec<String>>);

/// Functions of the crate `libc` that only read, by why that is known.
const READS: &str = include_str!("reads.toml");

/// Foreign functions that are no effects: by name, and why. Only those of the crate `libc`: what another declares
/// under such a name may be linked to anything.
///
/// # Errors
/// `Undecided`, where the list cannot be read.
pub fn reads() -> Result<BTreeMap<String, String>, CheckError> {
    let list: List = toml::from_str(READS).map_err(|e| CheckError::undecided("libc", e))?;
    let each = list.0.into_iter().flat_map(|(why, names)| {
        names.into_iter().map(move |name| (format!("libc::{name}"), why.clone()))
    });
    Ok(each.collect())
}

/// One effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sink {
    /// The full path, without type arguments: as the compiler prints it, or by the type or the trait that a
    /// method is of, whoever's trait it is (`sqlx::Executor::execute`). `*` is any text.
    pub path: String,
    /// The kind of effect: `process`, `fs.write`, `net.send`, `env`, `user`.
    pub effect: String,
    /// Whether `failclosed.toml` names it.
    pub configured: bool,
}

impl Sink {
    /// Whether it is a family of effects and not one.
    pub fn is_family(&self) -> bool {
        self.path.contains('*')
    }

    /// Whether a whole path is this effect, or one of this family.
    pub fn fits(&self, path: &str) -> bool {
        if self.is_family() { matches(&self.path, path) } else { self.path == path }
    }
}

/// Whether a text is what a pattern says, in which `*` is any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        // The first that fits leaves the most to the others.
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(end)
}

/// Effects by the names that they are looked up by.
#[derive(Debug)]
pub(crate) struct Known<'s> {
    exact: HashMap<&'s str, &'s Sink>,
    families: Vec<&'s Sink>,
}

impl<'s> Known<'s> {
    pub(crate) fn of(sinks: &'s [Sink]) -> Self {
        Self {
            // A family by its own name as well: what a short name may be (strict-stable mode).
            exact: sinks.iter().map(|sink| (sink.path.as_str(), sink)).collect(),
            families: sinks.iter().filter(|sink| sink.is_family()).collect(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&'s Sink> {
        let family = || self.families.iter().copied().find(|family| family.fits(path));
        self.exact.get(path).copied().or_else(family)
    }
}

/// Whether effects of a kind count. Without a choice: those that change something.
pub(crate) fn wanted(config: &Config, effect: &str) -> bool {
    match config.sinks.effects.as_slice() {
        [] => effect != "env",
        some => some.iter().any(|one| one == effect),
    }
}

/// The effects that are looked for.
///
/// # Errors
/// `Undecided`, where a shipped list cannot be read.
pub fn all(config: &Config) -> Result<Vec<Sink>, CheckError> {
    let mut sinks = Vec::new();
    for (name, text) in LISTS {
        let list: List = toml::from_str(text).map_err(|e| CheckError::undecided(name, e))?;
        for (effect, paths) in list.0 {
            if wanted(config, &effect) {
                sinks.extend(paths.into_iter().map(|path| Sink {
                    path,
                    effect: effect.clone(),
                    configured: false,
                }));
            }
        }
    }
    sinks.extend(config.sinks.extra.iter().map(|extra| Sink {
        path: extra.path.clone(),
        effect: extra.effect.clone(),
        configured: true,
    }));
    Ok(sinks)
}

/// The kinds of effects of the shipped lists.
pub(crate) fn effects() -> Vec<String> {
    let mut effects: Vec<String> = LISTS
        .iter()
        .filter_map(|(_, text)| toml::from_str::<List>(text).ok())
        .flat_map(|list| list.0.into_keys())
        .collect();
    effects.sort();
    effects.dedup();
    effects
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_family_is_all_that_its_pattern_says_and_no_more() {
        let sdk = "aws_sdk_*::operation::*::builders::*FluentBuilder::send";
        for (pattern, path, expected) in [
            (sdk, "aws_sdk_sns::operation::publish::builders::PublishFluentBuilder::send", true),
            (sdk, "aws_sdk_s3::operation::get::builders::GetFluentBuilder::send_with", false),
            (sdk, "aws_sdk_s3::operation::get::builders::GetInputBuilder::send", false),
            (sdk, "my_aws_sdk_s3::operation::get::builders::GetFluentBuilder::send", false),
            ("a::*Handler::*", "a::issues::IssueHandler::get", true),
            ("a::*Handler::*", "a::Handlers::get", false),
            ("a::*Handler::*", "ab::IssueHandler::get", false),
            ("a::*b*b", "a::bb", true),
            ("a::*b*b", "a::b", false),
            ("a::send", "a::send", true),
            ("a::send", "a::sends", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
