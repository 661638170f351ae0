//! What the engine's responses mean.
//!
//! The engine skips a policy that fails while it is evaluated, a `forbid` included, and may then
//! answer `Allow`: an amount large enough to overflow a sum disarms the limit on it. So its decision
//! counts only where nothing failed.

use std::{fmt::Write as _, sync::Arc};

use cedar_policy::{Authorizer, Decision as Raw, Entities, PolicyId, PolicySet, Request};

use super::labels::{Label, Labels};
use crate::decision::{Decision, NoDecision};

/// The responses to one request, joined.
#[derive(Default)]
struct Tally {
    forbids: Vec<PolicyId>,
    permits: Vec<PolicyId>,
    errors: Vec<String>,
}

/// Evaluates each set and joins the responses: a satisfied `forbid` denies; else any error leaves
/// the request undecided; else a satisfied `permit` with an `@ask` asks, also where others without one
/// are satisfied; else a satisfied `permit` allows; else nothing permits it.
///
/// # Errors
/// A policy that failed, unless another one forbids: *malformed*, because the same request fails
/// the same way when it is asked again.
pub(super) fn decide<'a>(
    authorizer: &Authorizer,
    request: &Request,
    sets: impl Iterator<Item = &'a PolicySet>,
    entities: &Entities,
    labels: &Labels,
) -> Result<Decision, NoDecision> {
    let mut tally = Tally::default();
    for set in sets {
        let response = authorizer.is_authorized(request, set, entities);
        let diagnostics = response.diagnostics();
        let satisfied = match response.decision() {
            Raw::Allow => &mut tally.permits,
            Raw::Deny => &mut tally.forbids,
        };
        satisfied.extend(diagnostics.reason().cloned());
        tally.errors.extend(diagnostics.errors().map(ToString::to_string));
    }
    tally.errors.sort_unstable();
    if !tally.forbids.is_empty() {
        return Ok(forbidden(&tally, labels));
    }
    if !tally.errors.is_empty() {
        // FAIL CLOSED: a policy that failed may have been the one that forbids.
        return Err(NoDecision::malformed(format_args!(
            "policies failed while they were evaluated: {}",
            tally.errors.join("; ")
        )));
    }
    if !tally.permits.is_empty() {
        return Ok(permitted(&tally, labels));
    }
    // FAIL CLOSED: what nothing permits is denied.
    Ok(Decision::deny("no policy permits it"))
}

fn permitted(tally: &Tally, labels: &Labels) -> Decision {
    let (ordered, rule) = named(&tally.permits, labels);
    let questions: Vec<_> = ordered.iter().filter_map(|label| label.ask.as_deref()).collect();
    // failclosed: allow(FC0205, reason = "a permit applied; the list is of the questions they ask")
    if questions.is_empty() {
        return Decision::allow().rule(rule);
    }
    // FAIL CLOSED: a permit without a question does not lift another one's: a broad one, added later,
    // would silence every `@ask` below it.
    Decision::ask(questions.join("; ")).rule(rule)
}

fn forbidden(tally: &Tally, labels: &Labels) -> Decision {
    let (ordered, rule) = named(&tally.forbids, labels);
    let reason = match ordered.iter().find_map(|label| label.reason.clone()) {
        Some(reason) => reason,
        // The id may tell the model what it is watched for; the operator finds it in the rule.
        None => "a policy forbids it".to_owned(),
    };
    let mut denied = Decision::deny(reason).rule(rule);
    if let (Decision::Deny(deny), false) = (&mut denied, tally.errors.is_empty()) {
        // The no stands whatever the others would have said, but somebody has to repair them.
        deny.detail = Some(format!("also failed: {}", tally.errors.join("; ")));
    }
    denied
}

/// The labels in the policies' order, and their ids as one name.
fn named<'l>(ids: &[PolicyId], labels: &'l Labels) -> (Vec<&'l Label>, Arc<str>) {
    let mut ordered: Vec<_> = ids.iter().filter_map(|id| labels.get(id)).collect();
    ordered.sort_unstable_by_key(|label| label.position);
    let rule = match ordered.as_slice() {
        // The usual case shares the text.
        [only] => only.id.clone(),
        several => {
            let mut joined = String::new();
            for label in several {
                let separator = if joined.is_empty() { "" } else { "; " };
                let _ = write!(joined, "{separator}{}", label.id);
            }
            joined.into()
        }
    };
    (ordered, rule)
}
