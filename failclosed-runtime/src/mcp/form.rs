//! The form a person answers, and what its answers mean.
//!
//! `accept` is no yes: it says that the form was sent, whatever is in it. Clients send it by
//! themselves, with defaults filled in. The yes is `approve`, and it is the boolean `true`.

use std::{fmt, sync::Arc};

use rmcp::model::{
    BooleanSchema, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequiredResult, StringSchema,
};
use serde_json::Value;

use crate::{
    approval::{Presentation, cancelled, declined},
    decision::{Decision, NoDecision},
};

/// The field that is the yes.
const APPROVE: &str = "approve";
/// The field for words.
const REASON: &str = "reason";
/// The longest reason that is passed on, in characters.
const LONGEST_REASON: u32 = 500;

/// What the client shows. `approve` has no default, because clients fill those in.
pub(super) fn form(shown: Presentation) -> Result<ElicitRequestParams, NoDecision> {
    // Clients may render it as Markdown, in which a value could hide what stands beside it.
    let message = shown.to_markdown();
    let approve = BooleanSchema::new().title("Approve").description("Allow this one call");
    let reason = StringSchema::new()
        .title("Reason")
        .description("Optional: why not")
        .max_length(LONGEST_REASON);
    let requested_schema = ElicitationSchema::builder()
        .required_bool_with(APPROVE, |_| approve)
        .optional_string_with(REASON, |_| reason)
        .build()
        .map_err(NoDecision::unavailable)?;
    Ok(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema })
}

/// What the client sent back.
///
/// # Denies
/// Everything but `accept` with `approve: true`. What is not an answer to the form is nobody's no,
/// and is reported as malformed.
pub(super) fn read(answer: ElicitResult) -> Result<Decision, NoDecision> {
    match answer.action {
        ElicitationAction::Accept => accepted(answer.content),
        ElicitationAction::Decline => {
            let reason = answer.content.as_ref().and_then(|content| content.get(REASON)?.as_str());
            Ok(declined(reason))
        }
        ElicitationAction::Cancel => Ok(cancelled()),
        // FAIL CLOSED: an action from a later protocol is not known to be a yes.
        other => Err(NoDecision::malformed(format_args!("unknown action {other:?}"))),
    }
}

fn accepted(content: Option<Value>) -> Result<Decision, NoDecision> {
    let malformed = |why: &str| Err(NoDecision::malformed(format_args!("accepted, but {why}")));
    let content = match &content {
        Some(Value::Object(content)) => content,
        // FAIL CLOSED: sent without a look at it.
        Some(_) => return malformed("the content is no object"),
        None => return malformed("there is no content"),
    };
    if let Some(other) = content.keys().find(|key| *key != APPROVE && *key != REASON) {
        // FAIL CLOSED: an answer to another form.
        return malformed(&format!("`{}` was not asked for", other.escape_debug()));
    }
    let reason = match content.get(REASON) {
        None => None,
        Some(Value::String(reason)) => Some(reason.as_str()),
        Some(_) => return malformed("the reason is no text"),
    };
    match content.get(APPROVE) {
        Some(Value::Bool(true)) => Ok(Decision::allow()),
        Some(Value::Bool(false)) => Ok(declined(reason)),
        // FAIL CLOSED: "true", 1, null and whatever else looks like a yes.
        Some(_) => malformed("`approve` is no boolean"),
        None => malformed("`approve` is missing"),
    }
}

/// A question that goes out with the denial, because the call cannot wait for its answer.
#[derive(Clone)]
pub(crate) struct Prompt(pub(super) Arc<InputRequiredResult>);

impl PartialEq for Prompt {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Prompt {}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The sealed state is for the client alone.
        f.write_str("Prompt(..)")
    }
}
