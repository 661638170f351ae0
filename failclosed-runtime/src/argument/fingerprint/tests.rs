//! Arguments that differ have other fingerprints, however alike they are written.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{super::inspect, Fingerprint};
use crate::argument::Argument;

fn of(value: &dyn Argument) -> Fingerprint {
    inspect([("value", value)].into_iter()).unwrap()
}

#[test]
fn the_same_has_the_same() {
    let order =
        json!({ "vendor": "coachella.com", "items": [{ "sku": "GA", "count": 2 }, null, 0.5] });
    assert!(of(&order) == of(&order.clone()));
}

/// All trees of two levels over some leaves: lists, maps, and both in each other.
#[test]
fn no_two_trees_have_the_same() {
    let leaves = [json!(null), json!(true), json!(0), json!(-1), json!(0.5), json!(""), json!("a")];
    let mut trees = Vec::from(leaves);
    for _ in 0..2 {
        let below: Vec<Value> = trees.iter().take(40).cloned().collect();
        trees.extend([json!([]), json!({})]);
        for first in &below {
            trees.extend([json!([first]), json!({ "a": first }), json!({ "b": first })]);
            for second in &below {
                trees.extend([json!([first, second]), json!({ "a": first, "b": second })]);
            }
        }
    }
    let mut seen: HashMap<u64, Value> = HashMap::new();
    for tree in trees {
        if let Some(other) = seen.insert(of(&tree).0, tree.clone()) {
            assert_eq!(other, tree);
        }
    }
    assert!(seen.len() > 3_000, "{}", seen.len());
}

#[test]
fn what_json_writes_alike_is_told_apart() {
    #[derive(Serialize)]
    enum Size {
        Large,
    }
    #[derive(Serialize)]
    struct Written(#[serde(serialize_with = "by_display")] &'static str);
    fn by_display<S: serde::Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(text)
    }

    let alike: [&dyn Argument; 6] = [
        &"Large",
        &Size::Large,
        &Written("Large"),
        &Some("Large"),
        &("Large",),
        &["Large", "Large"],
    ];
    let numbers: [&dyn Argument; 7] = [&-1_i64, &u64::MAX, &1_u64, &1_f64, &1_i32, &'\u{1}', &true];
    let pieces: [&dyn Argument; 5] =
        [&("ab", "c"), &("a", "bc"), &("abc", ""), &("", "abc"), &(Written("ab"), Written("c"))];
    for set in [&alike[..], &numbers, &pieces] {
        for (index, one) in set.iter().enumerate() {
            for other in &set[..index] {
                assert!(of(*one) != of(*other));
            }
        }
    }
}

/// Numbers and texts are mixed in by different ways; which came first counts.
#[test]
fn order_counts() {
    assert!(of(&(1, "a")) != of(&("a", 1)));
    assert!(of(&(1, 2, "a", "b")) != of(&(2, 1, "a", "b")));
    assert!(of(&(1, "a", 2, "b")) != of(&(1, "b", 2, "a")));
    let named =
        |first, second| inspect([(first, &1 as &dyn Argument), (second, &1)].into_iter()).unwrap();
    assert!(named("vendor", "amount") != named("amount", "vendor"));
}
