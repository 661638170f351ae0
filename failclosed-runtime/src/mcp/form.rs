//! The form a person answers, and what its answers mean.
//!
//! `accept` is no yes: it says that the form was sent, whatever is in it. Clients send it by
//! themselves, with defaults filled in. The yes is `approve`, and it is the boolean `true`.

use rmcp::model::{
    BooleanSchema, ElicitRequestParams, ElicitationSchema, InputRequiredResult, StringSchema,
};
use serde_json::Value;

use crate::{
    approval::{Presentation, cancelled, declined},
    decision::{Decision, NoDecision},
    strict::Object,
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

/// The members that an answer may have. `resultType` is in every result from 2026-07-28 on.
const MEMBERS: [&str; 4] = ["action", "content", "resultType", "_meta"];

/// What the client sent back, whole.
///
/// | member | absent | `null` | empty | of another type |
/// | --- | --- | --- | --- | --- |
/// | `action` | malformed | malformed | malformed | malformed |
/// | `content` of a yes | malformed | malformed | malformed | malformed |
/// | `content` of a no | a no | a no | a no | malformed |
/// | `content.approve` | malformed | malformed | malformed | malformed |
/// | `content.reason` | no words | no words | no words | malformed |
/// | `resultType` | the same as `complete` | the same | malformed | malformed |
/// | `_meta` | the same | the same | the same | malformed |
/// | any other | the same | malformed | malformed | malformed |
///
/// # Denies
/// Everything but `accept` with `approve: true`, which is the `yes` to what was asked. What is not an answer to the form is nobody's no,
/// and is reported as malformed.
pub(super) fn read(answer: Value, yes: Decision) -> Result<Decision, NoDecision> {
    let answer = Object::of(answer)?;
    let content = content(&answer)?;
    match answer.text("action")? {
        "accept" => accepted(content, yes),
        "decline" => declined_with(content),
        "cancel" => Ok(cancelled()),
        // FAIL CLOSED: an action from a later protocol is not known to be a yes.
        other => Err(NoDecision::malformed(format_args!("unknown action {other:?}"))),
    }
}

/// What was filled in, of a proper answer to any form.
pub(super) fn content(answer: &Object) -> Result<Option<&Object>, NoDecision> {
    // FAIL CLOSED: `"isError"` or `"cancelled"` beside a yes is no yes.
    answer.only(&MEMBERS)?;
    // FAIL CLOSED: `{"accept":null}`, which a derived decoder takes for the text.
    answer.text("action")?;
    answer.object_or_null("_meta")?;
    match answer.text_or_null("resultType")? {
        None | Some("complete") => {}
        // FAIL CLOSED: an answer that is not complete is none.
        Some(other) => {
            return Err(NoDecision::malformed(format_args!("a result of type {other:?}")));
        }
    }
    answer.object_or_null("content")
}

fn declined_with(content: Option<&Object>) -> Result<Decision, NoDecision> {
    // What else the form held when they declined it does not matter: a no is a no.
    Ok(declined(content.map(|content| content.text_or_null(REASON)).transpose()?.flatten()))
}

fn accepted(content: Option<&Object>, yes: Decision) -> Result<Decision, NoDecision> {
    // FAIL CLOSED: sent without a look at it.
    let content = content.ok_or_else(|| NoDecision::malformed("accepted without content"))?;
    // FAIL CLOSED: an answer to another form.
    content.only(&[APPROVE, REASON])?;
    let reason = content.text_or_null(REASON)?;
    // FAIL CLOSED: "true", 1, null and whatever else looks like a yes.
    if content.boolean(APPROVE)? { Ok(yes) } else { Ok(declined(reason)) }
}

/// A question that goes out with the denial, because the call cannot wait for its answer.
pub(super) struct Prompt(pub(super) InputRequiredResult);

#[cfg(test)]
mod tests;
