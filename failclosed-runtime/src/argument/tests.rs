//! Values that differ have other snapshots, however alike they are written; and a snapshot can be read
//! back as what was written.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::{
    Serialize,
    ser::{SerializeMap, SerializeStruct},
};
use serde_json::{Value as Json, json};

use super::{Argument, Head, NotShowable, Nothing, Question, Snapshot};
use crate::name::ActionName;

mod whole;

/// A head that says nothing.
struct Brace;

impl Head for Brace {
    fn write(&self, _: &ActionName, text: &mut Vec<u8>) {
        text.push(b'{');
    }
}

fn snapshot(value: &dyn Argument) -> Result<Snapshot, NotShowable> {
    let show = |question: &mut Question<'_>| question.argument("value", value);
    let none = std::iter::empty::<(&'static str, &dyn Argument)>();
    Question::write("act", &Brace, &Nothing, &show, none).1
}

fn are_same(one: &dyn Argument, other: &dyn Argument) -> bool {
    snapshot(one).unwrap().is_same(&snapshot(other).unwrap())
}

fn refused(value: &dyn Argument) -> String {
    snapshot(value).unwrap_err().to_string()
}

fn json_of(value: &dyn Argument) -> Json {
    let snapshot = snapshot(value).unwrap();
    let (_, shown) = snapshot.arguments().next().unwrap();
    serde_json::from_str(shown.json()).unwrap()
}

/// All trees of two levels over some leaves: lists, maps, and both in each other.
#[test]
fn no_two_trees_have_the_same_snapshot() {
    let leaves = [json!(null), json!(true), json!(0), json!(-1), json!(0.5), json!(""), json!("a")];
    let mut trees = Vec::from(leaves);
    for _ in 0..2 {
        let below: Vec<Json> = trees.iter().take(40).cloned().collect();
        trees.extend([json!([]), json!({})]);
        for first in &below {
            trees.extend([json!([first]), json!({ "a": first }), json!({ "b": first })]);
            for second in &below {
                trees.extend([json!([first, second]), json!({ "a": first, "b": second })]);
            }
        }
    }
    let mut seen: HashMap<Vec<u8>, Json> = HashMap::new();
    for tree in trees {
        let text = snapshot(&tree).unwrap().text().to_vec();
        if let Some(other) = seen.insert(text, tree.clone()) {
            assert_eq!(other, tree);
        }
    }
    assert!(seen.len() > 3_000, "{}", seen.len());
}

#[derive(Serialize)]
enum Size {
    Large,
    Of(u64),
    Both(u64, u64),
    Named { cents: u64 },
}

#[derive(Serialize)]
struct Cents(u64);

#[derive(Serialize)]
struct Named {
    cents: u64,
}

#[derive(Serialize)]
struct Unit;

/// A variant with content, beside the same content behind the variant's name in a list: told one piece
/// after the other they would be one.
#[test]
fn a_variant_is_not_its_name_and_its_content() {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Step {
        Size(Size),
        Name(&'static str),
        Number(u64),
        Pair((u64, u64)),
        Named(Named),
    }
    let pairs: [(Vec<Step>, Vec<Step>); 3] = [
        (vec![Step::Name("Of"), Step::Number(7)], vec![Step::Size(Size::Of(7))]),
        (vec![Step::Name("Both"), Step::Pair((1, 2))], vec![Step::Size(Size::Both(1, 2))]),
        (
            vec![Step::Name("Named"), Step::Named(Named { cents: 7 })],
            vec![Step::Size(Size::Named { cents: 7 })],
        ),
    ];
    for (one, other) in &pairs {
        assert!(!are_same(one, other));
        assert!(are_same(one, one) && are_same(other, other));
    }
}

#[test]
fn what_json_writes_alike_is_told_apart() {
    let map = BTreeMap::from([("cents", 7_u64)]);
    let variant = BTreeMap::from([("Of", 7_u64)]);
    let texts: [&dyn Argument; 5] =
        [&"Large", &Size::Large, &Some("Large"), &("Large",), &["L", "L"]];
    let chars: [&dyn Argument; 2] = [&"a", &'a'];
    let numbers: [&dyn Argument; 7] =
        [&-1_i64, &u64::MAX, &1_u64, &1_f64, &true, &Cents(1), &Some(1_u64)];
    let lists: [&dyn Argument; 3] = [&vec![1_u8, 2], &(1_u8, 2_u8), &(1_u8, 2_u8, 3_u8)];
    let objects: [&dyn Argument; 2] = [&Named { cents: 7 }, &map];
    let variants: [&dyn Argument; 2] = [&Size::Of(7), &variant];
    let nothings: [&dyn Argument; 2] = [&None::<u8>, &Unit];
    let pieces: [&dyn Argument; 4] = [&("ab", "c"), &("a", "bc"), &("abc", ""), &("", "abc")];
    let sets: [&[&dyn Argument]; 8] =
        [&texts, &chars, &numbers, &lists, &objects, &variants, &nothings, &pieces];
    for set in sets {
        for (index, one) in set.iter().enumerate() {
            for other in &set[..index] {
                assert!(!are_same(*one, *other), "{:?}", snapshot(*one).unwrap().text());
            }
        }
    }
}

/// The width of a number is no part of it.
#[test]
fn one_amount_is_one_amount() {
    assert!(are_same(&7_u8, &7_i64) && are_same(&7_u64, &7_i128) && are_same(&0.5_f32, &0.5_f64));
}

#[test]
fn a_key_twice_is_refused() {
    struct Twice(usize);
    impl Serialize for Twice {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("amount", &1)?;
            for index in 0..self.0 {
                map.serialize_entry(&format!("key{index}"), &index)?;
            }
            map.serialize_entry("amount", &74_200)?;
            map.end()
        }
    }
    struct Fields;
    impl Serialize for Fields {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Fields", 2)?;
            fields.serialize_field("amount", &1)?;
            fields.serialize_field("amount", &2)?;
            fields.end()
        }
    }
    for between in [0, 3, 100] {
        assert!(refused(&Twice(between)).contains("the key `amount` twice"));
    }
    assert!(refused(&Fields).contains("twice"));
    // One key in two objects is not a key twice.
    assert!(snapshot(&json!({ "a": { "a": [{ "a": 1 }, { "a": 2 }] } })).is_ok());
}

#[test]
fn a_map_that_does_not_pair_is_refused() {
    enum Odd {
        KeyAlone,
        KeysInARow,
        ValueAlone,
    }
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            match self {
                Self::KeyAlone => map.serialize_key("a")?,
                Self::KeysInARow => {
                    map.serialize_key("a")?;
                    map.serialize_key("b")?;
                }
                Self::ValueAlone => map.serialize_value(&1)?,
            }
            map.end()
        }
    }
    assert!(refused(&Odd::KeyAlone).contains("without a value"));
    assert!(refused(&Odd::KeysInARow).contains("without a value"));
    assert!(refused(&Odd::ValueAlone).contains("without a key"));
}

/// What a JSON library tells of its numbers where some crate switched on that it keeps every digit.
#[test]
fn a_number_that_is_told_by_its_digits_is_a_number() {
    struct Digits(&'static str);
    impl Serialize for Digits {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let name = "$serde_json::private::Number";
            let mut fields = serializer.serialize_struct(name, 1)?;
            fields.serialize_field(name, self.0)?;
            fields.end()
        }
    }
    for (digits, number) in
        [("742", json!(742)), ("-7", json!(-7)), ("7.5", json!(7.5)), ("1e3", json!(1000.0))]
    {
        assert!(are_same(&Digits(digits), &number), "{digits}");
    }
    for (digits, number) in [("0.30", 0.3), ("1E23", 1e23), ("5e-324", 5e-324), ("0e-999", 0.0)] {
        assert!(are_same(&Digits(digits), &number), "{digits}");
    }
    // As it is read where nobody keeps the digits.
    assert!(are_same(&Digits("-0"), &-0.0) && !are_same(&Digits("-0"), &0.0));
    for digits in
        ["18446744073709551616", "0.1000000000000000055511", "1e999", "NaN", "inf", "", "1,2"]
    {
        assert!(snapshot(&Digits(digits)).is_err(), "{digits}");
    }
    // Shown as the float beside them, and kept by the body to the last digit.
    for digits in ["0.30000000000000001", "9007199254740993.0", "1e-400", "4e-324", "6e-324"] {
        assert!(refused(&Digits(digits)).contains("exactly"), "{digits}");
    }
}

/// Measured while it is written: nothing of that size is ever built.
#[test]
fn what_never_ends_is_refused() {
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            loop {
                f.write_str("again and again ")?;
            }
        }
    }
    struct Value;
    impl Serialize for Value {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&Endless)
        }
    }
    struct Key;
    impl Serialize for Key {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&Value, &1)?;
            map.end()
        }
    }
    assert!(refused(&Value).contains("larger than"));
    assert!(refused(&Key).contains("larger than"));
}

fn trees() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// What everybody reads is what was passed, whether they read the text or the view of it.
    #[test]
    fn a_snapshot_reads_back_as_what_was_written(tree in trees()) {
        prop_assert_eq!(&json_of(&tree), &tree);
        let snapshot = snapshot(&tree).unwrap();
        let (_, shown) = snapshot.arguments().next().unwrap();
        prop_assert_eq!(&serde_json::to_value(shown).unwrap(), &tree);
    }

    /// Equal values, and no others, have equal snapshots.
    #[test]
    fn snapshots_are_the_same_where_values_are(one in trees(), other in trees()) {
        prop_assert_eq!(are_same(&one, &other), one == other);
        prop_assert!(are_same(&one, &one.clone()));
    }
}
