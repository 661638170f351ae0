//! What ties an answer to its question, for authorities that can echo it.
//!
//! Without it an answer that was meant for another call (replayed by a cache, mixed up by a proxy)
//! looks like any other. The request id is new in every call, so a bound answer is good for one.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::json::{Object, Value};
use crate::{decision::NoDecision, request::Request};

/// Where a binding stands, in questions and answers.
pub(super) const MEMBER: &str = "binding";

/// The binding that goes with a question: its id, its action, and the digest of all it asks.
///
/// # Errors
/// Arguments that have no digest.
pub(super) fn of(request: &Request<'_>) -> Result<Json, NoDecision> {
    Ok(json!({
        "request_id": request.question_id().to_string(),
        "action": request.action(),
        "digest": request.digest()?.to_string(),
    }))
}

/// That a reply is bound to this question: it echoes the binding, and adds `expires_at`, in seconds
/// since 1970, which has not passed.
///
/// A clock that is wrong cannot widen anything: the request id is this call's alone, and the guard's
/// deadline is kept by another clock.
///
/// # Errors
/// Everything else.
pub(super) fn check(request: &Request<'_>, echoed: Option<&Value>) -> Result<(), NoDecision> {
    let Some(Value::Object(echoed)) = echoed else {
        // FAIL CLOSED: whose answer it is nobody knows.
        return Err(NoDecision::malformed("the reply carries no binding"));
    };
    let echoes = |member: &str, ours: &str| match echoed.text(member)? {
        theirs if theirs == ours => Ok(()),
        // FAIL CLOSED: it is an answer to another question.
        _ => Err(NoDecision::malformed(format_args!("the reply is bound to another `{member}`"))),
    };
    echoes("request_id", &request.question_id().to_string())?;
    echoes("action", request.action())?;
    echoes("digest", &request.digest()?.to_string())?;
    if now()? < expiry(echoed)? {
        Ok(())
    } else {
        // FAIL CLOSED: what was true once is not asked about.
        Err(NoDecision::malformed("the reply has expired"))
    }
}

fn expiry(echoed: &Object) -> Result<u64, NoDecision> {
    match echoed.get("expires_at") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => None,
    }
    .ok_or_else(|| NoDecision::malformed("the reply does not say when it expires, in seconds"))
}

fn now() -> Result<u64, NoDecision> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // FAIL CLOSED: with a clock before 1970 nothing can be said to be unexpired.
    since.map(|since| since.as_secs()).map_err(|_| NoDecision::unavailable("the clock is wrong"))
}
