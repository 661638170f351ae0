//! What could not be read, and what is not there: no decision, and of which kind.

use std::{
    any::type_name,
    char::ParseCharError,
    error::Error,
    fmt, io,
    net::AddrParseError,
    num::{ParseFloatError, ParseIntError, TryFromIntError},
    str::{ParseBoolError, Utf8Error},
    string::{FromUtf8Error, FromUtf16Error},
};

use super::{NoDecision, NoDecisionKind};

/// What is there; or, instead of a default that nobody chose, no decision.
///
/// ```
/// use std::collections::HashMap;
/// use failclosed_runtime::{Decision, NoDecision, known};
///
/// fn by_limit(limits: &HashMap<String, u64>, agent: &str, cents: u64) -> Result<Decision, NoDecision> {
///     let limit = known(limits.get(agent), "the agent's limit")?;
///     Ok(if cents <= *limit { Decision::allow() } else { Decision::deny("over the limit") })
/// }
///
/// assert!(by_limit(&HashMap::new(), "shopper", 0).is_err());
/// ```
///
/// # Errors
/// *Malformed*, where there is nothing. `what` names it to the operator.
pub fn known<T>(value: Option<T>, what: impl fmt::Display) -> Result<T, NoDecision> {
    // FAIL CLOSED: a rule about what is not there decides nothing.
    value.ok_or_else(|| NoDecision::malformed(format_args!("{what} is not known")))
}

/// Whether something was not there to be asked, or answered what cannot be read. Both deny; it tells
/// whoever looks for the fault where it is.
pub(super) fn kind_of<E: Error>(error: &E) -> NoDecisionKind {
    let mut source = error.source();
    for _ in 0..16 {
        let Some(cause) = source else { break };
        if let Some(kind) = kind_of_cause(cause) {
            return kind;
        }
        source = cause.source();
    }
    // The error itself may borrow (the poisoned lock of a `Mutex` does), so that it cannot be asked
    // for its type; its name is enough for what is only told and never decides.
    if is_of_reading(type_name::<E>()) {
        NoDecisionKind::Malformed
    } else {
        NoDecisionKind::Unavailable
    }
}

/// What the reason behind an error tells, where it is known.
fn kind_of_cause(cause: &(dyn Error + 'static)) -> Option<NoDecisionKind> {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        let unreadable = error.kind() == io::ErrorKind::InvalidData;
        return Some(if unreadable {
            NoDecisionKind::Malformed
        } else {
            NoDecisionKind::Unavailable
        });
    }
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return Some(match error.is_io() {
            true => NoDecisionKind::Unavailable,
            false => NoDecisionKind::Malformed,
        });
    }
    let reading = cause.is::<Utf8Error>()
        || cause.is::<FromUtf8Error>()
        || cause.is::<FromUtf16Error>()
        || cause.is::<ParseIntError>()
        || cause.is::<ParseFloatError>()
        || cause.is::<ParseBoolError>()
        || cause.is::<ParseCharError>()
        || cause.is::<TryFromIntError>()
        || cause.is::<AddrParseError>();
    reading.then_some(NoDecisionKind::Malformed)
}

/// Whether an error type of this name tells of a text that could not be read.
fn is_of_reading(name: &str) -> bool {
    // What it is made of is another type.
    let name = name.split('<').next().unwrap_or_default();
    let path =
        name.strip_suffix("::Error").or_else(|| name.strip_suffix("::error")).unwrap_or(name);
    let last = path.rsplit("::").next().unwrap_or_default();
    ["Parse", "Utf8", "Utf16", "Decode", "FromHex", "TryFrom", "FromStr"]
        .iter()
        .any(|part| last.contains(part))
        // `serde_json::error::Error`, `toml::de::Error`, `semver::parse::Error`.
        || ["serde_json", "::de", "::parse", "::decode"].iter().any(|part| {
            path.contains(part) && name.ends_with("Error")
        })
}
