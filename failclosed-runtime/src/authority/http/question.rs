//! What every dialect puts into its question.

use serde_json::{Map, Value, json};

use crate::{
    argument::Value as Shown,
    decision::NoDecision,
    error::ConfigError,
    request::{CANARY, Request},
    resource::Resource,
};

mod body;

pub(super) use body::Body;

/// The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6; I-JSON).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// The arguments by name, as they are. What is `None` is left out, at any depth: engines take `null`
/// for less than any limit.
///
/// # Errors
/// A number that an engine would round.
pub(super) fn arguments(request: &Request<'_>) -> Result<Map<String, Value>, NoDecision> {
    named(request.arguments().iter(), "argument")
}

/// What the guard knows beyond the call.
///
/// # Errors
/// As for the arguments.
pub(super) fn context(request: &Request<'_>) -> Result<Map<String, Value>, NoDecision> {
    named(request.context(), "context")
}

fn named<'n, 'a>(
    values: impl Iterator<Item = (&'n str, Shown<'a>)>,
    what: &str,
) -> Result<Map<String, Value>, NoDecision> {
    let mut map = Map::new();
    for (name, value) in values {
        let mut value = serde_json::to_value(value).map_err(|error| {
            NoDecision::not_showable(format_args!("{what} `{name}` is not JSON: {error}"))
        })?;
        leave_out_nulls(&mut value);
        if !is_exact(&value) {
            // FAIL CLOSED: the authority would decide about another number than the body uses.
            return Err(NoDecision::not_showable(format_args!(
                "{what} `{name}` holds a number beyond 2^53, which JSON readers round; help: pass \
                 it as text"
            )));
        }
        if !value.is_null() {
            map.insert(name.into(), value);
        }
    }
    Ok(map)
}

/// Members that are `null` are left out of their objects. In a list they stand for their places.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(leave_out_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(unsigned), _) => unsigned <= MAX_EXACT,
            (None, Some(signed)) => signed.unsigned_abs() <= MAX_EXACT,
            (None, None) => number.is_f64(),
        },
        Value::Array(values) => values.iter().all(is_exact),
        Value::Object(map) => map.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Adds what is the dialect's to say, and not the guard's or the call's.
///
/// # Errors
/// The name is taken.
pub(super) fn add(
    map: &mut Map<String, Value>,
    name: &str,
    value: impl Into<Value>,
) -> Result<(), NoDecision> {
    match map.insert(name.into(), value.into()) {
        None => Ok(()),
        Some(_) => Err(taken(name)),
    }
}

/// FAIL CLOSED: one of the two would not be seen.
fn taken(name: &str) -> NoDecision {
    NoDecision::malformed(format_args!(
        "`{name}` is the dialect's own; help: give the context another name"
    ))
}

/// Who handed the call on, from the first one on; `None` where nobody did. No dialect's engine has to
/// read it: each of the chain is asked about as itself.
pub(super) fn delegated_by(request: &Request<'_>) -> Option<Value> {
    if !request.subject().is_delegated() {
        return None;
    }
    let chain: Vec<_> = request
        .subject()
        .delegated_by()
        .map(|by| match by.user_id() {
            Some(user) => json!({"agent": by.agent_id(), "on_behalf_of": user}),
            None => json!({"agent": by.agent_id()}),
        })
        .collect();
    Some(Value::Array(chain))
}

/// The member that has it.
pub(super) const DELEGATED_BY: &str = "delegated_by";

/// The body of a question.
pub(super) fn body(question: &Value) -> Result<Vec<u8>, NoDecision> {
    serde_json::to_vec(question).map_err(NoDecision::malformed)
}

/// What kinds of things the authority knows, where a call does not say.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinds {
    pub(super) kind: Option<String>,
    pub(super) default: Option<(String, String)>,
}

impl Kinds {
    /// The kind and the id of what is acted on.
    ///
    /// # Errors
    /// The call names nothing, or no kind, and neither was configured.
    pub(super) fn of<'r>(
        &'r self,
        resource: Option<&'r Resource<'_>>,
    ) -> Result<(&'r str, &'r str), NoDecision> {
        let (kind, id) = match resource {
            Some(resource) => match resource.kind().or(self.kind.as_deref()) {
                Some(kind) => (kind, resource.id()),
                // FAIL CLOSED: an id without a kind may be anything's.
                None => {
                    return Err(NoDecision::malformed(
                        "the resource has no kind; help: set `.resource_type(\"..\")`",
                    ));
                }
            },
            None => match &self.default {
                Some((kind, id)) => (kind.as_str(), id.as_str()),
                // FAIL CLOSED: nothing to ask about.
                None => {
                    return Err(NoDecision::malformed(
                        "the call names no resource; help: `resource = ..` on the executor, or \
                         `.default_resource(\"kind\", \"id\")`",
                    ));
                }
            },
        };
        Ok((said("kind of the resource", kind)?, said("id of the resource", id)?))
    }
}

/// What is acted on, where the call names it.
///
/// # Errors
/// A name that is blank.
pub(super) fn resource<'r>(request: &'r Request<'_>) -> Result<Option<Resource<'r>>, NoDecision> {
    let Some(resource) = request.resource() else { return Ok(None) };
    said("id of the resource", resource.id())?;
    if let Some(kind) = resource.kind() {
        said("kind of the resource", kind)?;
    }
    Ok(Some(resource))
}

/// # Errors
/// Nothing is said. Some servers take that for a question about nothing in particular.
pub(super) fn said<'t>(what: &str, text: &'t str) -> Result<&'t str, NoDecision> {
    if text.trim().is_empty() {
        // FAIL CLOSED: a rule for one thing would be asked about none, or about all.
        return Err(NoDecision::not_showable(format_args!("the {what} is blank")));
    }
    Ok(text)
}

/// An action as an identifier of a relation or permission. The canary, which has a colon, is asked
/// for as `failclosed_canary`.
///
/// # Errors
/// A name that would have to be changed: two actions could become one.
pub(super) fn identifier(action: &str) -> Result<&str, NoDecision> {
    if action == CANARY {
        return Ok("failclosed_canary");
    }
    let first = action.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if first && action.chars().all(rest) && action.len() <= 50 && action != "failclosed_canary" {
        return Ok(action);
    }
    Err(NoDecision::malformed(format_args!(
        "action {action:?} cannot be a relation; help: name it in lower case, like `can_purchase`"
    )))
}

/// A name that goes into a path or an id: of a store, a model, a rule.
///
/// # Errors
/// [`ConfigError::Name`]: blank, or with a character that would mean something else there.
pub(super) fn name(what: &'static str, name: &str) -> Result<String, ConfigError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fault = if name.trim().is_empty() {
        "is blank"
    } else if matches!(name, "." | "..") || !name.chars().all(plain) {
        "has characters other than letters, digits, `_`, `-` and `.`"
    } else {
        return Ok(name.into());
    };
    Err(ConfigError::Name { what, fault })
}
