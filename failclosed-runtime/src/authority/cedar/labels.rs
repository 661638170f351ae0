//! What the annotations of a policy say about it.

use std::sync::Arc;

use cedar_policy::{Effect, Policy, PolicyId};
use rustc_hash::FxHashMap;

use super::{builder::Settings, error::CedarError, source::Page};

/// What is reported about a policy.
#[derive(Debug)]
pub(super) struct Label {
    /// Its `@id`, or the engine's name for it.
    pub(super) id: Arc<str>,
    /// Its `@reason`.
    pub(super) reason: Option<String>,
    /// Its `@ask`: what a person must say yes to before it permits anything.
    pub(super) ask: Option<String>,
    /// Where it stands among the others, so that reports name them in order.
    pub(super) position: usize,
    /// Where it is written.
    pub(super) place: String,
}

pub(super) type Labels = FxHashMap<PolicyId, Label>;

/// The annotations with a meaning here.
const KNOWN: [&str; 3] = ["id", "reason", "ask"];

impl Label {
    /// The label of a policy of `page`, which its file knows as `name`.
    ///
    /// # Errors
    /// An annotation that is not known, means nothing where it stands, or cannot be reported.
    pub(super) fn new(
        policy: &Policy,
        page: &Page,
        name: &str,
        position: usize,
        settings: &Settings,
    ) -> Result<Self, CedarError> {
        let id = policy.annotation("id").unwrap_or(name);
        let place = place(policy, page);
        let refused = |fault: String| {
            Err(CedarError::Annotation { policy: id.to_owned(), place: place.clone(), fault })
        };
        for (key, text) in policy.annotations() {
            if KNOWN.contains(&key) {
                if !is_printable(text) {
                    return refused(format!("its `@{key}` is blank or has control characters"));
                }
            } else if !settings.any_annotation
                && !settings.annotations.iter().any(|other| other == key)
            {
                // FAIL CLOSED: `@aks` on a permit would be a permit that asks nobody.
                return refused(format!(
                    "`@{key}` has no meaning here, which is {}\n\
                     help: {}name it with `CedarBuilder::annotations` if others read it",
                    "`@id`, `@reason` or `@ask`",
                    meant(key)
                ));
            }
        }
        let ask = policy.annotation("ask").map(str::to_owned);
        match policy.effect() {
            Effect::Permit => {}
            Effect::Forbid if ask.is_none() => {}
            // FAIL CLOSED: whoever wrote it thinks that a person's yes lifts it, and none does.
            Effect::Forbid => {
                return refused(
                    "an `@ask` on a `forbid`, which no person's yes lifts\n\
                     help: write a `permit` with the `@ask`, and `forbid` what nobody may allow"
                        .into(),
                );
            }
        }
        let reason = policy.annotation("reason").map(str::to_owned);
        Ok(Self { id: id.into(), reason, ask, position, place })
    }
}

/// Where a policy begins.
pub(super) fn place(policy: &Policy, page: &Page) -> String {
    let core: &cedar_policy_core::ast::Policy = policy.as_ref();
    page.place(core.loc().map_or(0, |loc| loc.span.offset()))
}

fn is_printable(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// What somebody may have wanted to write.
fn meant(key: &str) -> String {
    let key = key.to_lowercase();
    let near = KNOWN.iter().find(|known| {
        key.starts_with(**known)
            || known.starts_with(&*key)
            || (key.len() == known.len() && key.chars().all(|c| known.contains(c)))
    });
    near.map(|known| format!("write `@{known}`, or ")).unwrap_or_default()
}
