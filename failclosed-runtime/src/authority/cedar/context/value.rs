//! What was passed, before the schema says what it is to a policy.

use std::collections::BTreeMap;

/// A value as a serializer is told it.
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
    /// `{variant: value}`, as JSON tells the variants of an enum apart.
    pub(super) fn variant(name: &'static str, value: Self) -> Self {
        Self::Map(BTreeMap::from([(name.to_owned(), value)]))
    }
}
