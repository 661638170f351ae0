#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;

fn refused(bytes: &[u8]) -> String {
    match Object::parse(bytes) {
        Err(why) => why.detail().to_owned(),
        Ok(object) => panic!("was read: {object:?}"),
    }
}

#[test]
fn reads_an_object_as_it_is() {
    let object = Object::parse(br#" {"a":true,"b":[1,-2,0.5,null,"x"],"c":{"d":""}} "#).unwrap();
    assert_eq!(object.get("a"), Some(&Value::Bool(true)));
    let numbers = [1.into(), (-2).into(), serde_json::Number::from_f64(0.5).unwrap()];
    let mut list: Vec<_> = numbers.into_iter().map(Value::Number).collect();
    list.extend([Value::Null, Value::Text("x".into())]);
    assert_eq!(object.get("b"), Some(&Value::Array(list)));
    assert_eq!(object.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b", "c"]);
    let inner = object.optional_object("c").unwrap().unwrap();
    assert_eq!(inner.optional_text("d").unwrap(), Some(""));
    let blank = inner.text("d").unwrap_err();
    assert_eq!(blank.detail(), "`d` in the reply is blank");
}

/// What derived decoders take for a struct, what readers differ about, and what is no JSON.
#[test]
fn refuses_whatever_is_not_one_object() {
    let no_objects: [&[u8]; 26] = [
        b"",
        b" ",
        b"null",
        b"true",
        b"1",
        b"\"allowed\"",
        b"[]",
        b"[true]",
        b"[{\"allowed\":true}]",
        b"{\"allowed\":true",
        b"{\"allowed\":tru",
        b"{\"allowed\":true}}",
        b"{\"allowed\":true}{\"allowed\":true}",
        b"{\"allowed\":true}\n{\"allowed\":false}",
        b"{\"allowed\":true},",
        b"{\"allowed\":true}\0",
        b"\0{\"allowed\":true}",
        b"\xef\xbb\xbf{\"allowed\":true}",
        b"{\"allowed\":true,}",
        b"{allowed:true}",
        b"{'allowed':true}",
        b"{\"allowed\":NaN}",
        b"{\"allowed\":1e999}",
        b"{\"allowed\":true /* yes */}",
        b"data: {\"allowed\":true}\n\n",
        b"<html>{\"allowed\":true}</html>",
    ];
    for bytes in no_objects {
        let why = refused(bytes);
        assert!(why.starts_with("the reply is not a JSON object: "), "{why}");
    }
    let list = refused(b"[]");
    assert!(list.contains("expected an object"), "{list}");
    refused(b"{\"reason\":\"\xff\",\"allowed\":true}");
    refused(b"{\"reason\":\"\\ud800\",\"allowed\":true}");
    refused(b"{\"reason\":\"\n\",\"allowed\":true}");
}

#[test]
fn refuses_a_key_that_stands_twice_at_any_depth() {
    for twice in [
        r#"{"allowed":false,"allowed":true}"#,
        r#"{"allowed":true,"allowed":false}"#,
        r#"{"allowed":true,"allowed":true}"#,
        r#"{"allowed":true,"\u0061llowed":false}"#,
        r#"{"decision":true,"context":{"obligations":["x"],"obligations":[]}}"#,
        r#"{"a":[[{"b":{"c":1,"c":2}}]]}"#,
    ] {
        assert!(refused(twice.as_bytes()).contains("stands twice"), "{twice}");
    }
}

#[test]
fn keeps_its_limits() {
    let nested =
        |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    Object::parse(&nested(MAX_REPLY_DEPTH)).unwrap();
    assert!(refused(&nested(MAX_REPLY_DEPTH + 1)).contains("nested deeper than 32"));
    refused(&nested(10_000));
    let objects = "{\"a\":".repeat(20_000);
    refused(objects.as_bytes());

    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|index| format!("\"{index}\":0")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    };
    Object::parse(&members(MAX_REPLY_MEMBERS)).unwrap();
    assert!(refused(&members(MAX_REPLY_MEMBERS + 1)).contains("more than 256 keys"));

    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2)).into_bytes();
    Object::parse(&padded(MAX_REPLY_BYTES)).unwrap();
    assert!(refused(&padded(MAX_REPLY_BYTES + 1)).contains("longer than 65536 bytes"));
}

/// One kind is never read as another.
#[test]
fn a_boolean_is_a_boolean() {
    for (value, kind) in [
        ("\"true\"", "a text"),
        ("1", "a number"),
        ("null", "null"),
        ("[true]", "an array"),
        ("{\"value\":true}", "an object"),
    ] {
        let object = Object::parse(format!("{{\"allowed\":{value}}}").as_bytes()).unwrap();
        let why = object.boolean("allowed").unwrap_err();
        assert_eq!(why.detail(), format!("`allowed` in the reply is {kind}, not a boolean"));
        assert!(object.get("Allowed").is_none());
    }
    let empty = Object::parse(b"{}").unwrap();
    assert_eq!(empty.boolean("allowed").unwrap_err().detail(), "the reply has no `allowed`");
}

/// As the JSON library does where another crate switches on its `arbitrary_precision`.
#[test]
fn reads_a_number_that_is_handed_on_as_digits() {
    use serde::de::{DeserializeSeed, value::MapDeserializer};
    let read = |key: &'static str, digits: &'static str| {
        let map = MapDeserializer::<_, serde_json::Error>::new([(key, digits)].into_iter());
        ValueAt(0).deserialize(map)
    };
    for digits in ["0", "-7", "1764188054", "18446744073709551615", "0.5", "1e3"] {
        let Value::Number(number) = read(NUMBER, digits).unwrap() else { panic!("{digits}") };
        assert_eq!(number, digits.parse().unwrap());
        // The same as without it.
        let object = Object::parse(format!(r#"{{"a":{digits}}}"#).as_bytes()).unwrap();
        assert_eq!(object.get("a"), Some(&Value::Number(number)));
    }
    for no_number in ["", "1e999", "-1e999", "NaN", "1 ", "0x1", "01", "yes"] {
        assert!(read(NUMBER, no_number).is_err(), "{no_number}");
    }
    assert!(matches!(read("a", "1").unwrap(), Value::Object(_)));
}

/// A parser of another format is told what it cannot hand on here.
#[test]
fn refuses_what_json_has_no_word_for() {
    use serde::de::{DeserializeSeed, value::BytesDeserializer};
    let bytes = BytesDeserializer::<serde_json::Error>::new(b"yes");
    let why = ValueAt(0).deserialize(bytes).unwrap_err().to_string();
    assert_eq!(why, "invalid type: byte array, expected a JSON value");
}

/// Of a protocol's answer: `null` is what is not there, anything else has to be of its kind.
#[test]
#[cfg(any(feature = "mcp", feature = "acp"))]
fn null_is_none_and_another_kind_is_refused() {
    let object = Object::parse(br#"{"a":{"b":"c"},"t":"x","e":"","n":null,"i":1}"#).unwrap();
    let inner = object.object_or_null("a").unwrap().unwrap();
    assert_eq!(inner.text_or_null("b").unwrap(), Some("c"));
    assert_eq!(object.text_or_null("t").unwrap(), Some("x"));
    assert_eq!(object.text_or_null("e").unwrap(), Some(""));
    for none in ["n", "missing"] {
        assert_eq!(object.object_or_null(none).unwrap(), None);
        assert_eq!(object.text_or_null(none).unwrap(), None);
    }
    for other in ["t", "i"] {
        assert!(object.object_or_null(other).is_err(), "{other}");
    }
    for other in ["a", "i"] {
        assert!(object.text_or_null(other).is_err(), "{other}");
    }
}
