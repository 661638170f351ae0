//! One document, each key once, and nothing that takes the yes back.

use std::{collections::BTreeMap, fmt};

use failclosed_drill::{Cause, Format};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use super::{Refusal, refuse};

/// JSON in which no key comes twice.
#[derive(Debug, PartialEq)]
enum Strict {
    Null,
    Bool(bool),
    Number,
    Text(String),
    Array,
    Object(BTreeMap<String, Strict>),
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Strict;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON without duplicate keys")
            }
            fn visit_unit<E: Error>(self) -> Result<Strict, E> {
                Ok(Strict::Null)
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict::Bool(value))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Strict, E> {
                Ok(Strict::Number)
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Strict, E> {
                Ok(Strict::Number)
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Strict, E> {
                Ok(Strict::Number)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Strict, E> {
                Ok(Strict::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
                while seq.next_element::<Strict>()?.is_some() {}
                Ok(Strict::Array)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Strict>()? {
                    if all.insert(key, value).is_some() {
                        return Err(A::Error::custom("a key twice"));
                    }
                }
                Ok(Strict::Object(all))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// # Denies
/// Everything but a whole, plain allow of this format.
pub(super) fn decide(format: Format, body: &[u8]) -> Result<(), Refusal> {
    let Ok(Strict::Object(members)) = serde_json::from_slice(body) else {
        return refuse(Cause::Malformed, "not one JSON object");
    };
    let text = |key: &str| matches!(members.get(key), Some(Strict::Text(text)) if !text.is_empty());
    let flag = |key: &str| match members.get(key) {
        Some(Strict::Bool(flag)) => Some(*flag),
        _ => None,
    };
    let known: &[&str] = match format {
        Format::Behalf => {
            &["requestId", "allowed", "approvalRequired", "reason", "risk", "approvalId"]
        }
        // Members that the specification does not have are to be ignored; not those of a batch.
        Format::AuthZen => &[],
        Format::Opa => &["result", "decision_id"],
        Format::OpenFga => &["allowed", "resolution"],
        Format::SpiceDb => &["checkedAt", "permissionship"],
        _ => &["allowed"],
    };
    let unknown = |key: &String| !known.is_empty() && !known.contains(&key.as_str());
    let decision = match members.get(format.key()) {
        Some(Strict::Text(text)) if format == Format::SpiceDb => match text.as_str() {
            "PERMISSIONSHIP_HAS_PERMISSION" => Some(true),
            "PERMISSIONSHIP_NO_PERMISSION" => Some(false),
            _ => None,
        },
        Some(Strict::Bool(decision)) if format != Format::SpiceDb => Some(*decision),
        _ => None,
    };
    let is_whole = match format {
        Format::Behalf => {
            text("requestId")
                && text("reason")
                && text("risk")
                && flag("approvalRequired").is_some()
        }
        Format::AuthZen => {
            !members.contains_key("evaluations")
                && !members.contains_key("obligations")
                && match members.get("context") {
                    None => true,
                    Some(Strict::Object(context)) => context.is_empty() || decision == Some(false),
                    Some(_) => false,
                }
        }
        _ => true,
    };
    let Some(decision) = decision.filter(|_| is_whole && !members.keys().any(unknown)) else {
        return refuse(Cause::Malformed, "no decision");
    };
    if flag("approvalRequired") == Some(true) || members.contains_key("approvalId") {
        return refuse(Cause::NeedsApproval, "a person is to be asked");
    }
    if decision { Ok(()) } else { refuse(Cause::Denied, "no") }
}
