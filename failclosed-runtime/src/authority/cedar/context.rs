//! Arguments as Cedar values.
//!
//! They are built from the snapshot, which has each key once, and never pass through a JSON reader of
//! Cedar's: there, a text of the shape `{"__entity": ..}` becomes an entity.

use cedar_policy::{Context, RestrictedExpression};
use cedar_policy_core::validator::types::Type;

use super::typed::{self, NoCedarValue};
use crate::{argument::Value as Shown, decision::NoDecision};

mod value;

pub(super) use value::Value;

/// The name under which policies find the user an agent acts for.
pub(super) const ON_BEHALF_OF: &str = "on_behalf_of";

/// The same for the agents that delegated what it does.
pub(super) const DELEGATED_BY: &str = "delegated_by";

/// And for which one of its kind an action is, where the schema knows the kind alone.
pub(super) const INSTANCE: &str = "instance";

/// The context of one request: arguments, guard context and user, in one record.
///
/// # Errors
/// A value that Cedar has no type for or that the schema declares to be another, or two values with
/// one name: *malformed*.
pub(super) fn build<'a>(
    arguments: impl Iterator<Item = (&'static str, Shown<'a>)>,
    context: impl Iterator<Item = (&'static str, Shown<'a>)>,
    of_subject: impl Iterator<Item = (&'static str, RestrictedExpression)>,
    declared: Option<&Type>,
) -> Result<Context, NoDecision> {
    let mut pairs = Vec::with_capacity(8);
    for (name, value) in arguments {
        let shown = shown(name, value, declared).map_err(|why| refused("argument", name, &why))?;
        pairs.extend(shown.map(|shown| (name.to_owned(), shown)));
    }
    for (name, value) in context {
        let shown =
            shown(name, value, declared).map_err(|why| refused("guard context", name, &why))?;
        pairs.extend(shown.map(|shown| (name.to_owned(), shown)));
    }
    pairs.extend(of_subject.map(|(name, shown)| (name.to_owned(), shown)));
    Context::from_pairs(pairs).map_err(|error| {
        // FAIL CLOSED: of two values with one name a policy would see either.
        NoDecision::malformed(format_args!(
            "{error}: arguments, guard context, `{ON_BEHALF_OF}` and `{DELEGATED_BY}` share one record\n\
             help: rename the argument, for example with `args(other_name = value)`"
        ))
    })
}

fn refused(what: &str, name: &str, why: &NoCedarValue) -> NoDecision {
    NoDecision::not_showable(format_args!("{what} `{name}`: {why}"))
}

/// `None` for what is left out: nothing, where the schema says that it is optional.
fn shown(
    name: &str,
    value: Shown<'_>,
    declared: Option<&Type>,
) -> Result<Option<RestrictedExpression>, NoCedarValue> {
    typed::field(name, Value::of(value)?, declared)
}
