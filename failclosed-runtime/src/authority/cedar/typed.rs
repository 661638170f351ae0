//! Passed values in the schema's terms.
//!
//! What a value is to a policy is what the schema declares its attribute to be: the same text is a
//! `String` or a `decimal`. Nothing is rounded, cut or reordered on the way; what does not fit is
//! refused, and the refusal says how it can be shown.

use std::{collections::BTreeMap, fmt};

use cedar_policy::RestrictedExpression;
use cedar_policy_core::{
    ast,
    validator::types::{Attributes, Type},
};

use super::context::Value;

mod extension;
mod list;

use extension::Extension;
use list::{ORDERED, Ordered, list, pairs, repeats};

/// Why a value cannot be shown to a policy as it is.
#[derive(Debug)]
pub(super) struct NoCedarValue(pub(super) String);

impl NoCedarValue {
    pub(super) fn new(fault: impl Into<String>) -> Self {
        Self(fault.into())
    }
}

impl fmt::Display for NoCedarValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoCedarValue {}

type Shown = Result<ast::Value, NoCedarValue>;

/// One attribute of a record that is declared as `record`; `None` where it is left out.
///
/// # Errors
/// A value that Cedar cannot hold, or that is not what it is declared to be.
pub(super) fn field(
    name: &str,
    value: Value,
    record: Option<&Type>,
) -> Result<Option<RestrictedExpression>, NoCedarValue> {
    let shown = attribute(name, value, record.and_then(attributes))?;
    Ok(shown.map(|value| ast::RestrictedExpr::from(value).into()))
}

pub(super) fn attributes(record: &Type) -> Option<&Attributes> {
    match record {
        Type::Record { attrs, .. } => Some(attrs),
        Type::Never
        | Type::Bool(_)
        | Type::Long
        | Type::String
        | Type::Entity(_)
        | Type::Set { .. }
        | Type::ExtensionType { .. } => None,
    }
}

fn attribute(
    name: &str,
    value: Value,
    record: Option<&Attributes>,
) -> Result<Option<ast::Value>, NoCedarValue> {
    let declared = record.and_then(|attributes| attributes.get_attr(name));
    if matches!(value, Value::Absent) {
        return match declared {
            Some(attribute) if !attribute.is_required => Ok(None),
            // FAIL CLOSED: what the policies count on is not there; and what the schema does not
            // know would be an error too if it were.
            Some(_) | None => Err(absent(name)),
        };
    }
    show(value, declared.map(|attribute| &*attribute.attr_type)).map(Some)
}

fn absent(name: &str) -> NoCedarValue {
    NoCedarValue(format!(
        "an absent value (`None` or `()`), which Cedar does not have\n\
         help: declare it optional in the schema, as `{name}?: ..`: then it is left out; or show a \
         value in its place with `args({name} = ..)`, or leave it out always with `skip(..)`"
    ))
}

fn show(value: Value, declared: Option<&Type>) -> Shown {
    if let Some(Type::ExtensionType { name }) = declared {
        return Extension::named(&name.to_string())?.show(value);
    }
    match value {
        // FAIL CLOSED: an absent value compares as somebody else's zero.
        Value::Absent => Err(NoCedarValue::new(
            "an absent value (`None` or `()`) where the schema has no optional attribute\n\
             help: show a value in its place with `args(name = ..)`, or `skip(..)` it",
        )),
        Value::Bool(value) => Ok(value.into()),
        Value::Number(digits) => long(&digits),
        Value::Text(text) => Ok(text.into()),
        // FAIL CLOSED: there is no one way to spell bytes as text.
        Value::Bytes => Err(NoCedarValue::new(
            "bytes, which Cedar does not have\n\
             help: show a digest or a text of them with `args(name = ..)`, or `skip(..)` them",
        )),
        Value::List(elements) => list(elements, declared),
        Value::Tuple(elements) => match Ordered::of(declared) {
            Some(ordered) => ordered.show(elements),
            // FAIL CLOSED: `(from, to)` as a set is also `(to, from)`.
            None => Err(NoCedarValue(format!(
                "a tuple or array, whose order a Cedar set does not keep\n\
                 help: show a struct with named fields, or {ORDERED}"
            ))),
        },
        Value::Map(fields) => map(fields, declared),
    }
}

fn long(digits: &str) -> Shown {
    if digits.contains(['.', 'e', 'E', 'N', 'i']) {
        // FAIL CLOSED: Cedar has no floats, and a rounded amount is another amount.
        return Err(NoCedarValue::new(
            "a float, which Cedar does not have\n\
             help: show money as an integer in minor units, or declare it `decimal` in the schema",
        ));
    }
    digits.parse::<i64>().map(Into::into).map_err(|_| {
        // FAIL CLOSED: a wrapped number would be another amount.
        NoCedarValue(format!("{digits} does not fit a Cedar `Long`, which has 64 bits and a sign"))
    })
}

fn record<K: Into<String>>(fields: impl IntoIterator<Item = (K, ast::Value)>) -> ast::Value {
    let fields = fields.into_iter().map(|(name, value)| (name.into(), value));
    ast::Value::record(fields, None)
}

fn map(fields: BTreeMap<String, Value>, declared: Option<&Type>) -> Shown {
    let within =
        |key: &str, NoCedarValue(fault): NoCedarValue| NoCedarValue(format!("`{key}`: {fault}"));
    if let Some([key_type, value_type]) = pairs(declared, ["key", "value"]) {
        let mut keys = Vec::with_capacity(fields.len());
        let mut entries = Vec::with_capacity(fields.len());
        for (key, value) in fields {
            let value = show(value, Some(value_type)).map_err(|why| within(&key, why))?;
            let shown = self::key(&key, key_type).map_err(|why| within(&key, why))?;
            keys.push(shown.clone());
            entries.push(record([("key", shown), ("value", value)]));
        }
        if repeats(&keys) {
            // FAIL CLOSED: of two values under one key a policy would see either.
            return Err(NoCedarValue::new("a map with one key in two spellings"));
        }
        return Ok(ast::Value::set(entries, None));
    }
    if Ordered::of(declared).is_some() {
        // FAIL CLOSED: the map `{"0": x}` and the list `[x]` would be shown alike.
        return Err(NoCedarValue::new(
            "a record or map, where the schema declares a list by position\n\
             help: declare the names of its fields",
        ));
    }
    let declared = declared.and_then(attributes);
    let mut shown = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        if declared.is_some_and(|attributes| attributes.get_attr(&name).is_none()) {
            // FAIL CLOSED: what no policy can be about. Said here, and not by the engine, because it is
            // what was passed that does not fit.
            return Err(NoCedarValue(format!(
                "`{}`, which the schema does not have there\nhelp: declare it in the schema",
                name.escape_debug()
            )));
        }
        let value = attribute(&name, value, declared).map_err(|why| within(&name, why))?;
        shown.extend(value.map(|value| (name, value)));
    }
    Ok(record(shown))
}

/// A key of a map, which is text or digits wherever it was written down.
fn key(key: &str, declared: &Type) -> Shown {
    match declared {
        Type::Long if key.parse::<i64>().is_ok_and(|number| number.to_string() == key) => long(key),
        // FAIL CLOSED: `01` and `1` would be one key.
        Type::Long => Err(NoCedarValue::new("a key that is not an integer, as the schema has it")),
        Type::Bool(_) if matches!(key, "true" | "false") => Ok((key == "true").into()),
        Type::Never
        | Type::Bool(_)
        | Type::String
        | Type::Entity(_)
        | Type::Set { .. }
        | Type::Record { .. }
        | Type::ExtensionType { .. } => show(Value::Text(key.to_owned()), Some(declared)),
    }
}
