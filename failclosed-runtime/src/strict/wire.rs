//! Answers to questions, while they are still the bytes that the client sent.
//!
//! An SDK hands over what its parser made of a message. Of a key that stood twice that is the last
//! value, and of a list it may be a struct: what the client contradicted itself with is gone. So
//! messages that carry an answer are read here before the SDK reads them.

use std::fmt;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};

use super::Object;
use crate::decision::NoDecision;

/// The code of the error that takes an answer's place.
pub(crate) const REFUSED: i32 = -32099;

/// What no parser takes for a message: the SDK says so to the client, as it does of any other.
const NO_MESSAGE: &str = "{";

/// Some clients put it before their first message, and SDKs look past it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is to be done with a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on as it is: no answer to a question, or a proper one.
    Pass,
    /// This goes on in its place: an error, as the answer to the same question; or what is no message,
    /// where it is not known whose answer it would be.
    Instead(String),
}

/// What an answer to a question looks like, in one protocol.
pub(crate) struct Shape {
    /// The member of a result that makes it an answer to a question.
    pub(crate) mark: &'static str,
    /// Whether such a result is a proper one.
    pub(crate) proper: fn(&Object) -> Result<(), NoDecision>,
    /// Whether every other result is an object as well, by the protocol.
    pub(crate) all_are_objects: bool,
}

impl Shape {
    /// Judges one message of JSON-RPC.
    pub(crate) fn judge(&self, message: &[u8]) -> Verdict {
        let message = message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message);
        if message.trim_ascii().is_empty() {
            return Verdict::Pass;
        }
        let mut reader = serde_json::Deserializer::from_slice(message);
        let outline = reader.deserialize_map(OutlineOf { mark: self.mark });
        let outline = match outline.and_then(|outline| reader.end().map(|()| outline)) {
            Ok(outline) => outline,
            // FAIL CLOSED: a list, which a derived decoder would read as a message; or no JSON.
            Err(_) => return Verdict::Instead(NO_MESSAGE.into()),
        };
        let is_answer = match outline.result {
            Kind::None => return Verdict::Pass,
            Kind::Answer => true,
            Kind::Object if outline.is_whole => return Verdict::Pass,
            Kind::Other if outline.is_whole && !self.all_are_objects => return Verdict::Pass,
            // FAIL CLOSED: a list for an object, or a member twice.
            Kind::Object | Kind::Other => false,
        };
        if is_answer && self.is_proper(message) {
            return Verdict::Pass;
        }
        match outline.id {
            Some(id) if outline.is_whole => {
                let error = json!({"code": REFUSED, "message": "the answer is malformed"});
                Verdict::Instead(json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string())
            }
            // FAIL CLOSED: with two ids, or none, it answers nothing.
            Some(_) | None => Verdict::Instead(NO_MESSAGE.into()),
        }
    }

    /// FAIL CLOSED: no key stands twice at any depth, and nothing is beside what is known.
    fn is_proper(&self, message: &[u8]) -> bool {
        let read = || -> Result<(), NoDecision> {
            let message = Object::parse(message)?;
            message.only(&["jsonrpc", "id", "result"])?;
            (self.proper)(message.object("result")?)
        };
        read().is_ok()
    }
}

/// What can be said of a message without keeping it.
struct Outline {
    id: Option<Value>,
    result: Kind,
    /// No member of the message itself stands twice.
    is_whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// There is no result.
    None,
    /// An object with the mark.
    Answer,
    /// Another object.
    Object,
    /// Anything else.
    Other,
}

struct OutlineOf {
    mark: &'static str,
}

impl<'de> Visitor<'de> for OutlineOf {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let mut outline = Outline { id: None, result: Kind::None, is_whole: true };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id" => outline.is_whole &= outline.id.replace(map.next_value()?).is_none(),
                "result" => {
                    outline.is_whole &= outline.result == Kind::None;
                    let kind = map.next_value_seed(KindOf { mark: self.mark })?;
                    // An answer stays one, whatever stands behind it under the same name.
                    if outline.result != Kind::Answer {
                        outline.result = kind;
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(outline)
    }
}

struct KindOf {
    mark: &'static str,
}

impl<'de> de::DeserializeSeed<'de> for KindOf {
    type Value = Kind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KindOf {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a result")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut kind = Kind::Object;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.mark {
                kind = Kind::Answer;
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(kind)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Kind::Other)
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Kind, E> {
        Ok(Kind::Other)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    const FORM: Shape = Shape {
        mark: "action",
        proper: |result| result.only(&["action", "content"]),
        all_are_objects: true,
    };

    fn judge(message: &str) -> Verdict {
        FORM.judge(message.as_bytes())
    }

    #[test]
    fn what_is_no_answer_goes_on() {
        for message in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":1,"a":2}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"action":["x"]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"role":"user","content":[1],"model":"x"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"approve":true}}}"#,
            " ",
        ] {
            assert_eq!(judge(message), Verdict::Pass, "{message}");
        }
    }

    /// Where the protocol has results that are no objects, they are no answers either.
    #[test]
    fn a_result_that_may_be_anything_goes_on() {
        let message = |result: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let any = Shape { all_are_objects: false, ..FORM };
        for result in ["null", "1", r#"["accept"]"#] {
            assert_eq!(any.judge(message(result).as_bytes()), Verdict::Pass, "{result}");
            assert!(matches!(judge(&message(result)), Verdict::Instead(_)), "{result}");
        }
        let twice = br#"{"jsonrpc":"2.0","id":1,"id":2,"result":null}"#;
        assert_eq!(any.judge(twice), Verdict::Instead(NO_MESSAGE.into()));
    }

    #[test]
    fn an_answer_that_is_none_becomes_an_error() {
        for result in [
            r#"{"action":"decline","action":"accept"}"#,
            r#"{"action":"accept","\u0061ction":"decline"}"#,
            r#"{"action":"accept","content":{"approve":false},"content":{"approve":true}}"#,
            r#"{"action":"accept","content":{"approve":false,"approve":true}}"#,
            r#"{"action":"accept","content":{"approve":true},"decision":"deny"}"#,
            r#"{"action":"accept","content":{"approve":true},"role":"user","model":"x"}"#,
            r#"["accept",{"approve":true},null]"#,
            r#""accept""#,
            "true",
            "1",
            "-1",
            "0.5",
            "null",
        ] {
            let message = format!(r#"{{"jsonrpc":"2.0","id":"q","result":{result}}}"#);
            let Verdict::Instead(error) = judge(&message) else { panic!("{message}") };
            let error: Value = serde_json::from_str(&error).unwrap();
            // One of those that JSON-RPC leaves to implementations.
            assert_eq!((&error["id"], &error["error"]["code"]), (&json!("q"), &json!(-32099)));
            assert!(error["result"].is_null(), "{error}");
        }
        let long =
            format!(r#"{{"action":"accept","content":{{"reason":"{}"}}}}"#, "x".repeat(70_000));
        let message = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{long}}}"#);
        assert!(matches!(judge(&message), Verdict::Instead(_)));
        // Beside the result, where the SDK would look past it.
        for beside in [r#""method":5"#, r#""error":null"#, r#""Result":{}"#] {
            let yes = r#"{"action":"accept","content":{"approve":true}}"#;
            let message = format!(r#"{{"jsonrpc":"2.0","id":1,{beside},"result":{yes}}}"#);
            assert!(matches!(judge(&message), Verdict::Instead(_)), "{message}");
        }
    }

    #[test]
    fn what_answers_nothing_is_no_message() {
        let yes = r#"{"action":"accept","content":{"approve":true}}"#;
        for message in [
            format!(r#"["2.0",1,{yes}]"#),
            format!(r#"[{{"jsonrpc":"2.0","id":1,"result":{yes}}}]"#),
            format!(r#"{{"jsonrpc":"2.0","id":1,"id":2,"result":{yes}}}"#),
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{yes},"result":{{}}}}"#),
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{}},"result":{yes}}}"#),
            format!(r#"{{"jsonrpc":"2.0","result":{yes},"x":1}}"#),
            r#"{"jsonrpc":"2.0","id":1,"id":2,"result":{}}"#.to_owned(),
            r#"{"jsonrpc":"2.0","id":1,"result":"#.to_owned(),
            "no JSON".to_owned(),
        ] {
            assert_eq!(judge(&message), Verdict::Instead(NO_MESSAGE.into()), "{message}");
        }
        let marked = |marks: &str| judge(&format!("{marks}[\"2.0\",1,{yes}]"));
        assert_eq!(marked("\u{feff}"), Verdict::Instead(NO_MESSAGE.into()));
        let marked =
            |marks: &str| judge(&format!(r#"{marks}{{"jsonrpc":"2.0","id":1,"result":{yes}}}"#));
        assert_eq!(marked("\u{feff}"), Verdict::Pass);
        assert_eq!(marked("\u{feff}\u{feff}"), Verdict::Instead(NO_MESSAGE.into()));
    }
}
