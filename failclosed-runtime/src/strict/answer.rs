//! What answers of persons need beside what answers of authorities do.

use serde::Deserializer as _;

use super::{Object, ObjectAt, Value, unexpected};
use crate::decision::NoDecision;

impl Object {
    /// Reads an object that somebody else's parser has made a value of.
    ///
    /// Of a key that stood twice that parser kept one, and nothing of it is to be seen here.
    ///
    /// # Errors
    /// It is no object: neither a list in the order of a struct's fields, nor a text. It nests too
    /// deep, or has too many members: see [`parse`](Self::parse).
    pub(crate) fn of(value: serde_json::Value) -> Result<Self, NoDecision> {
        value.deserialize_map(ObjectAt(0)).map_err(|error| {
            NoDecision::malformed(format_args!("the reply is not a JSON object: {error}"))
        })
    }

    /// Refuses members that are not among `known`: an answer that says more than is understood may
    /// say the opposite of what is.
    ///
    /// # Errors
    /// There is another one.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), NoDecision> {
        match self.iter().find(|(key, _)| !known.contains(key)) {
            None => Ok(()),
            // FAIL CLOSED: `"error"` beside a yes is no yes.
            Some((key, _)) => Err(NoDecision::malformed(format_args!(
                "the reply has a member `{:.100}` that was not asked for",
                key.escape_debug().to_string()
            ))),
        }
    }

    /// The object called `key`.
    ///
    /// # Errors
    /// It is missing, or no object.
    pub(crate) fn object(&self, key: &str) -> Result<&Self, NoDecision> {
        match self.get(key) {
            Some(Value::Object(object)) => Ok(object),
            other => Err(unexpected(key, "an object", other)),
        }
    }

    /// The object called `key`, where there is one. `null` is none: many serializers write an
    /// optional member like that instead of leaving it out.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn object_or_null(&self, key: &str) -> Result<Option<&Self>, NoDecision> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            other => Err(unexpected(key, "an object", other)),
        }
    }

    /// The text called `key`, where there is one; `null` is none.
    ///
    /// # Errors
    /// It is something else.
    pub(crate) fn text_or_null(&self, key: &str) -> Result<Option<&str>, NoDecision> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            other => Err(unexpected(key, "a text", other)),
        }
    }
}
