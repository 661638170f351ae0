//! Secrets that stand in a log as they are. Whoever forgot to mask an argument is told of it, once for
//! each place in the program: a log is read by more people than a key is given to.

use std::collections::{HashMap, HashSet};

use aho_corasick::AhoCorasick;
use serde::Deserialize;
use serde_json::Value;

use crate::{audit::line::Draft, contain};

/// What those who give out keys let them begin with.
const PREFIXES: [&str; 28] = [
    "sk-",
    "sk_",
    "rk_",
    "pk_live_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "SG.",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "eyJ",
    "AGE-SECRET-KEY-",
    "-----BEGIN",
];

/// What arguments are called that hold one.
const NAMES: [&str; 14] = [
    "token",
    "secret",
    "passw",
    "passphrase",
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "credential",
    "private_key",
    "access_key",
    "bearer",
    "basic",
    "cookie",
];

/// A shorter text is no key that anybody gives out.
const SHORTEST: usize = 16;

/// Bits of entropy in each character, at least: a word of a language has less for its length.
const DENSE: f64 = 3.0;

/// So many are told apart; of more nobody is told.
const MOST_TOLD: usize = 1_024;

/// Looks at questions on their way to the log.
pub(super) struct Credentials {
    /// Most questions have none of these in them, and are not read any further.
    hints: Option<AhoCorasick>,
    told: HashSet<(String, String)>,
}

#[derive(Deserialize)]
struct Asked<'q> {
    action: &'q str,
    arguments: HashMap<String, Value>,
}

impl Credentials {
    pub(super) fn new() -> Self {
        let mut builder = AhoCorasick::builder();
        let hints = builder.ascii_case_insensitive(true).build(PREFIXES.iter().chain(&NAMES));
        Self { hints: hints.ok(), told: HashSet::new() }
    }

    /// Warns of a credential that the record is going to hold.
    pub(super) fn look(&mut self, draft: &Draft) {
        let Some(question) = draft.question() else { return };
        if !self.hints.as_ref().is_some_and(|hints| hints.is_match(question)) {
            return;
        }
        let Ok(Asked { action, arguments }) = serde_json::from_str(question) else { return };
        for (name, value) in &arguments {
            if self.told.len() < MOST_TOLD && holds_one(name, value) {
                let site = draft.site().map_or_else(|| action.to_owned(), |site| site.to_string());
                if self.told.insert((site.clone(), name.clone())) {
                    tell(action, name, &site);
                }
            }
        }
    }
}

fn tell(action: &str, argument: &str, site: &str) {
    contain::trace(|| {
        tracing::warn!(
            target: "failclosed", action, argument, site,
            "an argument that looks like a credential is on record as it is\n\
             help: `mask({argument})` in the attribute: the authority sees it, people and logs do not"
        );
    });
}

/// Whether a value, or one inside it, looks like a credential.
fn holds_one(name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => is_one(name, text),
        Value::Array(items) => items.iter().any(|item| holds_one(name, item)),
        Value::Object(members) => members.iter().any(|(name, value)| holds_one(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_one(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // As it stands in a header.
    let scheme = text.split_once(' ').filter(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic")
    });
    let key = scheme.map_or(text, |(_, key)| key);
    let is_called_one = scheme.is_some() || NAMES.iter().any(|part| name.contains(part));
    let begins_like_one = PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    // A key in a file has line ends in it.
    let is_one_word = key.starts_with("-----BEGIN") || !key.contains(char::is_whitespace);
    (is_called_one || begins_like_one)
        && !key.starts_with("masked:")
        && is_one_word
        && key.len() >= SHORTEST
        && entropy(key) >= DENSE
}

/// Bits in each character, by how often each occurs.
fn entropy(text: &str) -> f64 {
    let mut counts = HashMap::<char, u32>::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1;
    }
    let all = f64::from(counts.values().sum::<u32>().max(1));
    counts.values().map(|count| f64::from(*count) / all).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests;
