//! For which calls a yes holds, and how long.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::memory::Key;
use crate::{error::ConfigError, request::Request};

/// A yes that held longer would be a policy, which is for policies to say.
pub const LONGEST_MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many yeses are kept at most. Of more, the oldest is forgotten, and its person asked again.
pub const MOST_REMEMBERED: usize = 1024;

/// For which calls a person's yes holds, and how long. See [`remember`](super::remember).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is remembered until an approver is given it"]
pub struct Scope {
    /// All, where there are none.
    arguments: Option<Vec<&'static str>>,
    lasting: Duration,
    most: usize,
}

impl Scope {
    /// For the very same question: every argument is what it was. `lasting` counts from when the body of
    /// the call began that the yes was given for; at most [`LONGEST_MEMORY`].
    pub fn same_question(lasting: Duration) -> Self {
        Self { arguments: None, lasting, most: MOST_REMEMBERED }
    }

    /// For calls in which these arguments are what they were, **whatever the others are**: name all that
    /// matter. A call that has not all of them is put to the person.
    pub fn by(arguments: impl IntoIterator<Item = &'static str>, lasting: Duration) -> Self {
        Self { arguments: Some(arguments.into_iter().collect()), ..Self::same_question(lasting) }
    }

    /// How many yeses are kept at once: 1 to [`MOST_REMEMBERED`].
    pub fn entries(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    pub(super) fn lasting(&self) -> Duration {
        self.lasting
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn valid(&self) -> Result<(), ConfigError> {
        let arguments = self.arguments.as_deref().unwrap_or_default();
        let twice = |(n, name): (usize, &&str)| arguments[..n].contains(name);
        let fault = if self.lasting.is_zero() || self.lasting > LONGEST_MEMORY {
            "a yes holds for more than zero, at most a day"
        } else if self.arguments.as_ref().is_some_and(Vec::is_empty) {
            // FAIL CLOSED: every call of the action would be alike.
            "name at least one argument, or use `Scope::same_question`"
        } else if arguments.iter().enumerate().any(twice) {
            "an argument is named twice"
        } else if self.most == 0 || self.most > MOST_REMEMBERED {
            "1 to 1024 yeses are remembered"
        } else {
            return Ok(());
        };
        Err(ConfigError::Memory { fault })
    }

    /// What the person is told beside the question.
    pub(super) fn told(&self, question: &str) -> String {
        let what = match &self.arguments {
            None => "this very call".to_owned(),
            Some(names) => format!(
                "every call of this action with the same `{}`, whatever its other arguments are",
                names.join("`, `")
            ),
        };
        format!("{question} (a yes holds for {:?}, for {what})", self.lasting)
    }

    /// What has to be the same. `None` for a call that is like no other.
    pub(super) fn key(&self, request: &Request<'_>) -> Option<Key> {
        // FAIL CLOSED: what cannot be shown has no digest, and is not like anything.
        let question = request.digest().ok()?;
        let mut hash = Sha256::new_with_prefix(b"failclosed/approval/remember/1");
        let Some(names) = &self.arguments else {
            hash.update(question.as_bytes());
            return Some(Key(hash.finalize().into()));
        };
        // Subjects have their whole chain in them.
        text(&mut hash, &serde_json::to_vec(request.subject()).ok()?);
        text(&mut hash, request.action().as_bytes());
        match request.resource() {
            Some(resource) => {
                hash.update([1, u8::from(resource.kind().is_some())]);
                text(&mut hash, resource.kind().unwrap_or_default().as_bytes());
                text(&mut hash, resource.id().as_bytes());
            }
            None => hash.update([0]),
        }
        for name in names {
            // FAIL CLOSED: a call that does not have it is not one the person said yes to.
            let value = request.value(name)?;
            text(&mut hash, name.as_bytes());
            hash.update([u8::from(value.is_masked())]);
            text(&mut hash, value.json().as_bytes());
        }
        for (name, value) in request.context() {
            text(&mut hash, name.as_bytes());
            text(&mut hash, value.json().as_bytes());
        }
        Some(Key(hash.finalize().into()))
    }
}

/// Behind its length, so that no two calls have one form.
fn text(hash: &mut Sha256, text: &[u8]) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}
