use std::fmt;

use proptest::prelude::*;
use serde::{Serialize, ser::SerializeMap};
use serde_json::{Value, json};

use super::{super::is_exact, *};

fn text(value: &(impl Serialize + ?Sized)) -> Result<String, String> {
    let mut body = Body::new();
    body.member("v", value).map_err(|why| why.detail)?;
    String::from_utf8(body.finish()).map_err(|error| error.to_string())
}

fn written(value: &(impl Serialize + ?Sized)) -> Result<Value, String> {
    let body: Value = serde_json::from_str(&text(value)?).map_err(|error| error.to_string())?;
    Ok(body["v"].clone())
}

fn is_refused(value: &(impl Serialize + ?Sized), fault: &str) -> bool {
    written(value).is_err_and(|refused| refused.contains(fault))
}

#[test]
fn numbers_that_readers_round_are_refused() {
    const LARGEST: i64 = (1 << 53) - 1;
    for fits in [0, 1, -1, LARGEST, -LARGEST] {
        assert_eq!(written(&fits), Ok(json!(fits)));
        assert_eq!(written(&i128::from(fits)), Ok(json!(fits)));
    }
    assert_eq!(written(&(LARGEST as u128)), Ok(json!(LARGEST)));
    let beyond = "2^53";
    for large in [LARGEST + 1, -LARGEST - 1, i64::MAX, i64::MIN] {
        assert!(is_refused(&large, beyond), "{large}");
        assert!(is_refused(&i128::from(large), beyond), "{large}");
        assert!(is_refused(&json!({"a": [{"b": large}]}), beyond), "{large}");
    }
    assert!(is_refused(&(LARGEST as u64 + 1), beyond));
    assert!(is_refused(&u64::MAX, beyond));
    assert!(is_refused(&(LARGEST as u128 + 1), beyond));
    assert!(is_refused(&u128::MAX, beyond));
    assert!(is_refused(&i128::MIN, beyond));
}

#[test]
fn a_short_float_is_written_as_what_it_is() {
    assert_eq!(written(&0.1_f32), Ok(json!(f64::from(0.1_f32))));
    assert_ne!(written(&0.1_f32), Ok(json!(0.1)));
}

/// A map with these keys, each in two pieces.
struct Keys(&'static [(&'static str, &'static str)]);

impl Serialize for Keys {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Pieces(&'static str, &'static str);
        impl fmt::Display for Pieces {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)?;
                f.write_str(self.1)
            }
        }
        impl Serialize for Pieces {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        let mut map = serializer.serialize_map(None)?;
        for (first, second) in self.0 {
            map.serialize_entry(&Pieces(first, second), &json!({"a": "a", "ab": "a"}))?;
        }
        map.end()
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Payment(Payment),
    }
    #[derive(Serialize)]
    struct Payment {
        kind: &'static str,
    }
    let twice = "a key twice";
    assert!(is_refused(&Tagged::Payment(Payment { kind: "refund" }), twice));
    assert!(is_refused(&[Some(Tagged::Payment(Payment { kind: "" }))], twice));
    assert!(is_refused(&Keys(&[("ab", ""), ("c", ""), ("a", "b")]), twice));
    assert!(is_refused(&Keys(&[("a\n", "b"), ("a", "\nb")]), twice));
    assert!(is_refused(&Keys(&[("", ""), ("", "")]), twice));
    assert_eq!(
        written(&Keys(&[("a", "b"), ("a", "bc"), ("", ""), ("b", "a")]))
            .map(|map| map["abc"].clone()),
        Ok(json!({"a": "a", "ab": "a"}))
    );
    let escapes = ["\n", "\t", "\\n", "\"", "\u{1}", "\u{2}", "\\u0001"];
    let map: serde_json::Map<_, _> =
        escapes.map(|key| (key.to_owned(), json!(1))).into_iter().collect();
    assert_eq!(written(&map), Ok(Value::Object(map.clone())));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-(1_i64 << 54)..1 << 54).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(Value::from),
        "\\PC*|[\"\\\\\n\u{1}a]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-c\n\"]{0,3}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_exact_is_written_whole(value in any_json()) {
        let whole = is_exact(&value).then(|| format!("{{\"v\":{value}}}"));
        prop_assert_eq!(text(&value).ok(), whole);
    }
}
