//! JSON as whoever answers a question must write it: an authority, or a person's client.
//!
//! Derived decoders are not strict enough here: serde's accept an array for a struct, and an untyped
//! value keeps the last of two equal keys, so that `{"allowed":false,"allowed":true}` is a yes. This
//! one reads exactly one object, and refuses a key that stands twice at any depth.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::decision::NoDecision;

#[cfg(any(feature = "mcp", feature = "acp"))]
mod answer;
#[cfg(any(feature = "mcp", feature = "acp"))]
pub(crate) mod wire;

/// The longest reply that is read, in bytes. An answer is a few hundred.
pub const MAX_REPLY_BYTES: usize = 64 * 1024;

/// How deep a reply may nest.
pub const MAX_REPLY_DEPTH: usize = 32;

/// How the JSON library hands a number on where another crate of the program has switched on
/// `serde_json/arbitrary_precision`: as an object with this one key, and the digits.
const NUMBER: &str = "$serde_json::private::Number";

/// How many members one object of a reply may have: so that looking for duplicates stays quick.
pub const MAX_REPLY_MEMBERS: usize = 256;

/// A JSON value. Numbers are kept as they are; nothing converts one kind into another.
#[allow(clippy::exhaustive_enums, reason = "JSON has six kinds of values")]
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
    /// A list.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

impl Value {
    /// Its kind, for errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Whether it holds nothing: `null`, `""`, `[]` or `{}`.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => text.is_empty(),
            Self::Array(values) => values.is_empty(),
            Self::Object(object) => object.members.is_empty(),
        }
    }
}

/// A JSON object in which no key stands twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    members: Vec<(String, Value)>,
}

impl Object {
    /// Reads one object and nothing beside it.
    ///
    /// # Errors
    /// Whatever is not exactly one JSON object in UTF-8, within [`MAX_REPLY_BYTES`] and
    /// [`MAX_REPLY_DEPTH`], without a duplicate key.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoDecision> {
        Self::read(bytes, MAX_REPLY_BYTES, "the reply")
    }

    /// The same for what may have another length, and is called otherwise in the error.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub(crate) fn read(bytes: &[u8], most: usize, what: &str) -> Result<Self, NoDecision> {
        // FAIL CLOSED: what is too long to be an answer is none, whatever it begins with.
        if bytes.len() > most {
            return Err(NoDecision::malformed(format_args!("{what} is longer than {most} bytes")));
        }
        let not_an_object =
            |error| NoDecision::malformed(format_args!("{what} is not a JSON object: {error}"));
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let object = reader.deserialize_map(ObjectAt(0)).map_err(not_an_object)?;
        // FAIL CLOSED: a second document may say the opposite of the first.
        reader.end().map_err(not_an_object)?;
        Ok(object)
    }

    /// The member called exactly `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Every member, in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The boolean called `key`.
    ///
    /// # Errors
    /// It is missing, or anything but `true` or `false`: `"true"` and `1` are not booleans.
    pub fn boolean(&self, key: &str) -> Result<bool, NoDecision> {
        match self.get(key) {
            Some(Value::Bool(boolean)) => Ok(*boolean),
            other => Err(unexpected(key, "a boolean", other)),
        }
    }

    /// The text called `key`.
    ///
    /// # Errors
    /// It is missing, blank, or no text.
    pub fn text(&self, key: &str) -> Result<&str, NoDecision> {
        match self.get(key) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Ok(text),
            other => Err(unexpected(key, "a text", other)),
        }
    }

    /// The text called `key`, if there is such a member. `null` is how many serializers write one
    /// that is not there.
    ///
    /// # Errors
    /// It is there, and neither a text nor `null`.
    pub fn optional_text(&self, key: &str) -> Result<Option<&str>, NoDecision> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            other => Err(unexpected(key, "a text", other)),
        }
    }

    /// The object called `key`, if there is such a member. `null` is how many serializers write one
    /// that is not there.
    ///
    /// # Errors
    /// It is there, and neither an object nor `null`.
    pub fn optional_object(&self, key: &str) -> Result<Option<&Object>, NoDecision> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            other => Err(unexpected(key, "an object", other)),
        }
    }
}

// FAIL CLOSED: a member of another kind is not read as if it were of the right one.
fn unexpected(key: &str, wanted: &str, found: Option<&Value>) -> NoDecision {
    match found {
        None => NoDecision::malformed(format_args!("the reply has no `{key}`")),
        Some(Value::Text(_)) if wanted == "a text" => {
            NoDecision::malformed(format_args!("`{key}` in the reply is blank"))
        }
        Some(value) => NoDecision::malformed(format_args!(
            "`{key}` in the reply is {}, not {wanted}",
            value.kind()
        )),
    }
}

/// Reads the members of an object at a depth.
struct ObjectAt(usize);

impl<'de> Visitor<'de> for ObjectAt {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            // FAIL CLOSED: of two values with one key, readers differ in which they take.
            if members.iter().any(|(name, _)| *name == key) {
                return Err(de::Error::custom(format_args!("key {key:?} stands twice")));
            }
            if members.len() == MAX_REPLY_MEMBERS {
                return Err(de::Error::custom(format_args!("more than {MAX_REPLY_MEMBERS} keys")));
            }
            let value = map.next_value_seed(ValueAt(self.0 + 1))?;
            members.push((key, value));
        }
        Ok(Object { members })
    }
}

/// Reads a value at a depth.
struct ValueAt(usize);

impl<'de> DeserializeSeed<'de> for ValueAt {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.0 > MAX_REPLY_DEPTH {
            return Err(de::Error::custom(format_args!("nested deeper than {MAX_REPLY_DEPTH}")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueAt {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Value, E> {
        Ok(Value::Bool(boolean))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(number);
        number.map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(ValueAt(self.0 + 1))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let object = ObjectAt(self.0).visit_map(map)?;
        match object.members.as_slice() {
            [(key, Value::Text(digits))] if key == NUMBER => match digits.parse() {
                Ok(number)
                    if f64::is_finite(serde_json::Number::as_f64(&number).unwrap_or(f64::NAN)) =>
                {
                    Ok(Value::Number(number))
                }
                // FAIL CLOSED: what is no number everywhere is none here.
                Ok(_) | Err(_) => Err(de::Error::custom("a number that is not finite")),
            },
            _ => Ok(Value::Object(object)),
        }
    }
}

#[cfg(test)]
mod tests;
