//! What was passed, before the schema says what it is to a policy.

use std::collections::BTreeMap;

use super::{NoCedarValue, Shown};
use crate::argument::Node;

/// A value as the snapshot tells it.
#[derive(Debug)]
pub(in crate::authority::cedar) enum Value {
    Absent,
    Bool(bool),
    /// Its digits: with a dot or an exponent where it is a float.
    Number(String),
    Text(String),
    Bytes,
    List(Vec<Value>),
    /// A list in which each place means something of its own.
    Tuple(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// # Errors
    /// A text that is none: the snapshot was cut.
    pub(super) fn of(shown: Shown<'_>) -> Result<Self, NoCedarValue> {
        Ok(match shown.node() {
            Node::Null => Self::Absent,
            Node::Bool(value) => Self::Bool(value),
            Node::Number(digits) => Self::Number(digits.to_owned()),
            Node::Text(text) => Self::Text(read(text)?),
            Node::Bytes(_) => Self::Bytes,
            Node::List(mut items) => {
                let elements = std::iter::from_fn(|| items.element()).map(Self::of);
                Self::List(elements.collect::<Result<_, _>>()?)
            }
            Node::Tuple(mut items) => {
                let elements = std::iter::from_fn(|| items.element()).map(Self::of);
                Self::Tuple(elements.collect::<Result<_, _>>()?)
            }
            Node::Map(mut items) => {
                let entries = std::iter::from_fn(|| items.entry());
                let entries = entries.map(|(key, value)| Ok((read(key)?, Self::of(value)?)));
                Self::Map(entries.collect::<Result<_, NoCedarValue>>()?)
            }
        })
    }
}

fn read(text: Shown<'_>) -> Result<String, NoCedarValue> {
    if let Some(plain) = text.plain_text() {
        return Ok(plain.to_owned());
    }
    // FAIL CLOSED: what is not text is not shown as some other text.
    text.read().map_err(|error| NoCedarValue::new(error.to_string()))
}
