//! What every dialect asks of a reply before it believes it.

use super::json::Object;
use crate::{
    decision::{Decision, NoDecision},
    text,
};

/// The longest reason that is passed on, in characters.
const MAX_REASON: usize = 300;

/// Members by which some authority or other says yes or no, or that its yes is none without something
/// else, in lower case and without separators.
/// Only a dialect's own may stand in its reply: `{"allowed":true,"decision":"deny"}` is both, and so
/// is an answer with the `code` of an error.
const VERDICTS: [&str; 46] = [
    "accept",
    "accepted",
    "allow",
    "allowed",
    "approvalid",
    "approvalrequired",
    "approve",
    "approved",
    "authorized",
    "block",
    "blocked",
    "code",
    "condition",
    "conditions",
    "constraint",
    "constraints",
    "decision",
    "denied",
    "deny",
    "dryrun",
    "effect",
    "error",
    "errors",
    "evaluations",
    "expired",
    "forbid",
    "forbidden",
    "granted",
    "isallowed",
    "needsapproval",
    "obligation",
    "obligations",
    "outcome",
    "pending",
    "permission",
    "permissionship",
    "permit",
    "permitted",
    "refused",
    "rejected",
    "requiresapproval",
    "result",
    "revoked",
    "simulated",
    "shadow",
    "verdict",
];

/// That no member beside the dialect's `own` reads like a verdict: in another case, in another
/// format's words, or an error beside the answer.
///
/// # Errors
/// A reply that says two things.
pub(super) fn sole(reply: &Object, own: &[&str]) -> Result<(), NoDecision> {
    for (key, _) in reply.iter().filter(|(key, _)| !own.contains(key)) {
        let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
        // FAIL CLOSED: which of the two would count is anybody's guess.
        if VERDICTS.contains(&plain.to_lowercase().as_str()) {
            return Err(NoDecision::malformed(format_args!(
                "the reply carries {key:?} beside its answer"
            )));
        }
    }
    Ok(())
}

/// A no, with the authority's words if it gave any.
pub(super) fn no(reason: Option<&str>) -> Decision {
    match reason.map(readable) {
        Some(reason) if !reason.is_empty() => Decision::deny(reason),
        _ => Decision::deny("the permission authority said no"),
    }
}

/// Words from the wire, fit to be shown: on one line, without invisible characters, and not endless.
pub(super) fn readable(text: &str) -> String {
    text::line(text.trim(), MAX_REASON).trim().to_owned()
}
