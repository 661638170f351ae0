//! The answer to `session/request_permission`, and nothing but that.
//!
//! Read here and not by the SDK's types, which ignore members they do not know. The protocol says
//! that there are none: custom data goes into `_meta`
//! (<https://agentclientprotocol.com/protocol/extensibility>). An answer that says more than we
//! understand is not one that we understand.

use serde_json::Value;

use crate::{decision::NoDecision, strict::Object};

/// What the user did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// They put the question away.
    Cancelled,
    /// They chose the option of this id, which may be the one to reject.
    Selected(String),
}

impl Outcome {
    /// Reads the whole answer.
    ///
    /// | member | absent | `null` | empty | of another type |
    /// | --- | --- | --- | --- | --- |
    /// | `outcome` | malformed | malformed | malformed | malformed |
    /// | `outcome.outcome` | malformed | malformed | malformed | malformed |
    /// | `outcome.optionId`, if selected | malformed | malformed | malformed | malformed |
    /// | `outcome.optionId`, if cancelled | the same | malformed | malformed | malformed |
    /// | `_meta`, in either object | the same | the same | the same | malformed |
    /// | any other | the same | malformed | malformed | malformed |
    ///
    /// # Denies
    /// As malformed, everything that is not exactly one of the two.
    pub(super) fn read(answer: Value) -> Result<Self, NoDecision> {
        let answer = Object::of(answer)?;
        answer.only(&["outcome", "_meta"])?;
        answer.object_or_null("_meta")?;
        let outcome = answer.object("outcome")?;
        outcome.object_or_null("_meta")?;
        match outcome.text("outcome")? {
            "selected" => {
                outcome.only(&["outcome", "optionId", "_meta"])?;
                Ok(Self::Selected(outcome.text("optionId")?.to_owned()))
            }
            "cancelled" => {
                // FAIL CLOSED: cancelled and selected at once is neither.
                outcome.only(&["outcome", "_meta"])?;
                Ok(Self::Cancelled)
            }
            // FAIL CLOSED: an outcome from a later protocol is not known to be a yes.
            other => Err(NoDecision::malformed(format_args!("unknown outcome {other:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Source: ACP schema, version 1: `RequestPermissionResponse`, `RequestPermissionOutcome`.

    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;
    use crate::decision::NoDecisionKind;

    fn is_malformed(answer: &Value) {
        let why = Outcome::read(answer.clone());
        assert!(
            matches!(&why, Err(why) if why.kind == NoDecisionKind::Malformed),
            "{answer}: {why:?}"
        );
    }

    fn selected() -> Value {
        json!({"outcome": {"outcome": "selected", "optionId": "a"}})
    }

    fn others() -> [Value; 9] {
        [
            json!("x"),
            json!(""),
            json!(1),
            json!(true),
            json!([]),
            json!(["selected", "a", null]),
            json!({"selected": null}),
            json!({"selected": {"optionId": "a"}}),
            json!([[]]),
        ]
    }

    #[test]
    fn each_member_is_what_the_specification_says_or_malformed() {
        for meta in [None, Some(Value::Null), Some(json!({})), Some(json!({"a": [1]}))] {
            for deep in [false, true] {
                let (mut yes, mut gone) =
                    (selected(), json!({"outcome": {"outcome": "cancelled"}}));
                if let Some(meta) = &meta {
                    for answer in [&mut yes, &mut gone] {
                        let at = if deep { &mut answer["outcome"] } else { answer };
                        at["_meta"] = meta.clone();
                    }
                }
                assert_eq!(Outcome::read(yes).unwrap(), Outcome::Selected("a".into()));
                assert_eq!(Outcome::read(gone).unwrap(), Outcome::Cancelled);
            }
        }
        for other in others() {
            let mut answers = vec![
                json!({"outcome": other}),
                json!({"outcome": {"outcome": other, "optionId": "a"}}),
                json!({"outcome": {"outcome": "cancelled", "optionId": other}}),
                other.clone(),
            ];
            if !other.is_object() {
                answers.push(json!({"outcome": selected()["outcome"], "_meta": other}));
            }
            if other != json!("x") {
                answers.push(json!({"outcome": {"outcome": "selected", "optionId": other}}));
            }
            answers.iter().for_each(is_malformed);
        }
        for answer in [
            json!({}),
            json!({"outcome": null}),
            json!({"outcome": {}}),
            json!({"outcome": {"outcome": null, "optionId": "a"}}),
            json!({"outcome": {"optionId": "a"}}),
            json!({"outcome": {"outcome": "selected"}}),
            json!({"outcome": {"outcome": "selected", "optionId": null}}),
            json!({"outcome": {"outcome": "Selected", "optionId": "a"}}),
            json!({"outcome": {"outcome": "cancelled", "optionId": null}}),
        ] {
            is_malformed(&answer);
        }
    }

    /// A list in the order of a struct's fields, and a yes that says more.
    #[test]
    fn only_objects_without_anything_beside_are_answers() {
        for answer in [
            json!([["selected", "a", null], null]),
            json!([selected()["outcome"], null]),
            json!({"outcome": ["selected", "a", null]}),
            json!({"outcome": ["selected", "a", {"rejected": true}]}),
            json!({"outcome": selected()["outcome"], "error": null}),
            json!({"outcome": selected()["outcome"], "rejected": true}),
            json!({"outcome": {"outcome": "selected", "optionId": "a", "kind": "reject_once"}}),
            json!({"outcome": {"outcome": "selected", "optionId": "a", "option_id": "b"}}),
        ] {
            is_malformed(&answer);
        }
    }
}
