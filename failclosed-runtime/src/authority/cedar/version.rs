//! The digest of entities, which are a set and have no text of their own.

use std::collections::BTreeMap;

use cedar_policy::Entities;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    error::CedarError,
    load::chain,
    source::{add, hex},
};

/// Equal for equal entities, in whatever order they were given.
///
/// # Errors
/// Entities that cannot be written down.
pub(super) fn of_entities(entities: &Entities) -> Result<String, CedarError> {
    let mut texts = Vec::with_capacity(entities.len());
    for entity in entities.iter() {
        let mut json = entity
            .to_json_value()
            .map_err(|error| CedarError::Entities { detail: chain(&error) })?;
        if let Some(Value::Array(parents)) = json.get_mut("parents") {
            parents.sort_by_cached_key(ToString::to_string);
        }
        texts.push(Ordered(&json).text());
    }
    texts.sort_unstable();
    let mut hasher = Sha256::new();
    for text in &texts {
        add(&mut hasher, text);
    }
    Ok(hex(hasher))
}

/// JSON whose objects are in the order of their keys, whatever another crate makes `serde_json` do.
struct Ordered<'v>(&'v Value);

impl Ordered<'_> {
    fn text(&self) -> String {
        match self.0 {
            Value::Object(fields) => {
                let fields: BTreeMap<_, _> = fields.iter().collect();
                let fields = fields.into_iter().map(|(key, value)| {
                    format!("{}:{}", Value::from(key.as_str()), Ordered(value).text())
                });
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| Ordered(item).text()).collect();
                format!("[{}]", items.join(","))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.0.to_string()
            }
        }
    }
}
