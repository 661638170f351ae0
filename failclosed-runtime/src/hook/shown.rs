//! A tool's input as an argument: each member, as the agent gave it.

use std::borrow::Cow;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _, SerializeSeq as _},
};

use crate::strict::{Object, Value};

/// From here on two numbers are one to a reader who takes all of them for floats, as hosts written in
/// JavaScript do.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The input of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Input(Vec<(String, Value)>);

impl Input {
    /// # Errors
    /// A number that hosts read in different ways.
    pub(super) fn of(object: &Object) -> Result<Self, Cow<'static, str>> {
        let members = object.iter().map(|(name, value)| (name.to_owned(), value.clone()));
        let members: Vec<_> = members.collect();
        match members.iter().find(|(_, value)| !is_exact(value)) {
            None => Ok(Self(members)),
            // FAIL CLOSED: what is shown would be another number than what is used.
            Some((name, _)) => {
                Err(format!("`{}` has a number too large to be read alike", name.escape_debug())
                    .into())
            }
        }
    }

    /// An input of one text.
    pub(super) fn text(name: &str, text: &str) -> Self {
        Self(vec![(name.to_owned(), Value::Text(text.to_owned()))])
    }
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Text(_) => true,
        // What has no value as a float is too large as well.
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() < EXACT),
        Value::Array(values) => values.iter().all(is_exact),
        Value::Object(object) => object.iter().all(|(_, value)| is_exact(value)),
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, &Shown(value))?;
        }
        map.end()
    }
}

struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            // Not by its own `Serialize`: what that writes depends on a feature of the JSON library.
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => serializer.serialize_i64(number),
                (None, Some(number)) => serializer.serialize_f64(number),
                // FAIL CLOSED: what has no value is not shown as some other one.
                (None, None) => Err(S::Error::custom("a number without a value")),
            },
            Value::Text(text) => serializer.serialize_str(text),
            Value::Array(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Shown(value))?;
                }
                list.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in object.iter() {
                    map.serialize_entry(name, &Shown(value))?;
                }
                map.end()
            }
        }
    }
}

/// An event that cannot be asked about, in the place of an argument: it is not shown, and so the question
/// is denied before anybody is asked, on record and with the reason.
pub(super) struct NotShown<'a>(pub(super) &'a str);

impl Serialize for NotShown<'_> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        // FAIL CLOSED: an event that cannot be read may be about any tool.
        Err(S::Error::custom(self.0))
    }
}
