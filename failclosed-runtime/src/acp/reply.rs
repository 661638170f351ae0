//! The answer to `session/request_permission`, and nothing but that.
//!
//! Read here and not by the SDK's types, which ignore members they do not know. The protocol says
//! that there are none: custom data goes into `_meta`
//! (<https://agentclientprotocol.com/protocol/extensibility>). An answer that says more than we
//! understand is not one that we understand.

use serde_json::Value;

use crate::{
    decision::NoDecision,
    strict::{
        Object,
        wire::{Shape, Verdict},
    },
};

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
        Self::of(&Object::of(answer)?)
    }

    fn of(answer: &Object) -> Result<Self, NoDecision> {
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

/// Such an answer, on the wire. Other results may be `null`.
const OUTCOME: Shape = Shape {
    mark: "outcome",
    proper: |result| Outcome::of(result).map(drop),
    all_are_objects: false,
};

/// Reads a line of the client's strictly, before the SDK reads it: where it answers
/// `session/request_permission` and is malformed, has a key twice, or says more than an answer does, an
/// error is returned that takes its place. Every other line is returned as it is.
///
/// The SDK's parser keeps the last of two equal keys. Without this, what a client contradicts itself
/// with is not seen.
///
/// ```text
/// agent_client_protocol::Lines::new(outgoing, incoming.map_ok(failclosed::acp::strict_line))
/// ```
pub fn strict_line(line: String) -> String {
    match OUTCOME.judge(line.as_bytes()) {
        Verdict::Pass => line,
        Verdict::Instead(error) => error,
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
                let mut deep = selected();
                deep["outcome"]["_meta"] = other.clone();
                answers.push(deep);
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

    /// On the wire, where a key can stand twice.
    #[test]
    fn a_line_that_contradicts_itself_is_an_error() {
        let line = |result: &str| format!(r#"{{"jsonrpc":"2.0","id":"q","result":{result}}}"#);
        for result in [
            r#"{"outcome":{"outcome":"selected","optionId":"r","optionId":"a"}}"#,
            r#"{"outcome":{"outcome":"cancelled","outcome":"selected","optionId":"a"}}"#,
            r#"{"outcome":{"outcome":"cancelled"},"outcome":{"outcome":"selected","optionId":"a"}}"#,
            r#"{"outcome":["selected","a",null]}"#,
            r#"{"outcome":{"outcome":"selected","optionId":"a"},"rejected":true}"#,
        ] {
            let read: Value = serde_json::from_str(&strict_line(line(result))).unwrap();
            assert_eq!(read["id"], "q");
            assert!(read["error"].is_object() && read["result"].is_null(), "{read}");
        }
        for result in [
            r#"{"outcome":{"outcome":"selected","optionId":"a"}}"#,
            r#"{"outcome":{"outcome":"cancelled"},"_meta":null}"#,
            r#"{"content":"a file","content":"twice"}"#,
            "null",
        ] {
            assert_eq!(strict_line(line(result)), line(result));
        }
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"session/prompt","params":{}}"#;
        assert_eq!(strict_line(request.into()), request);
    }
}
