//! A Cedar value on its way into a context, still comparable.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::RestrictedExpression;

use super::NoCedarValue;

/// What an argument can be to a policy. Ordered, so that equal sets are equal values: the engine's
/// own expressions compare sets by the order they were written in.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Bool(bool),
    Long(i64),
    Text(String),
    Set(BTreeSet<Value>),
    Record(BTreeMap<String, Value>),
}

impl Value {
    /// `{variant: value}`, as JSON tells the variants of an enum apart.
    pub(super) fn variant(name: &'static str, value: Self) -> Self {
        Self::Record(BTreeMap::from([(name.to_owned(), value)]))
    }
}

impl TryFrom<Value> for RestrictedExpression {
    type Error = NoCedarValue;

    fn try_from(value: Value) -> Result<Self, NoCedarValue> {
        Ok(match value {
            Value::Bool(value) => Self::new_bool(value),
            Value::Long(value) => Self::new_long(value),
            Value::Text(value) => Self::new_string(value),
            Value::Set(values) => {
                let values: Result<Vec<_>, _> = values.into_iter().map(Self::try_from).collect();
                Self::new_set(values?)
            }
            Value::Record(fields) => {
                let fields: Result<Vec<_>, NoCedarValue> = fields
                    .into_iter()
                    .map(|(name, value)| Ok((name, Self::try_from(value)?)))
                    .collect();
                Self::new_record(fields?).map_err(|error| NoCedarValue(error.to_string()))?
            }
        })
    }
}
