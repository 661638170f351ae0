//! Each member of an answer, absent, `null`, empty and of every other type. Source: MCP schema
//! 2025-06-18 and 2026-07-28, `ElicitResult`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Yes,
    No,
    Malformed,
}
use Read::{Malformed, No, Yes};

fn what(answer: &Value) -> Read {
    match read(answer.clone(), Decision::allow()) {
        Ok(Decision::Allow(_)) => Yes,
        Ok(Decision::Deny(_)) => No,
        Ok(Decision::Ask(_)) => panic!("a question"),
        Err(why) => {
            assert_eq!(why.kind, crate::decision::NoDecisionKind::Malformed, "{answer}");
            Malformed
        }
    }
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"approve": true}})
}

fn no() -> Value {
    json!({"action": "accept", "content": {"approve": false}})
}

/// The value at `path`, or nothing where `value` is `None`.
fn with(mut answer: Value, path: &[&str], value: Option<Value>) -> Value {
    let (last, parents) = path.split_last().unwrap();
    let mut at = &mut answer;
    for parent in parents {
        at = &mut at[parent];
    }
    match value {
        Some(value) => at[last] = value,
        None => drop(at.as_object_mut().unwrap().remove(*last)),
    }
    answer
}

fn others() -> Vec<Value> {
    let (text, list, number) = (json!("x"), json!(["accept"]), json!(1));
    let map = json!({"accept": null});
    vec![text, list, number, map, json!(true), json!(false), json!(0.5), json!([]), json!([{}])]
}

#[test]
fn each_member_is_what_the_specification_says_or_malformed() {
    let absent = None;
    let null = Some(Value::Null);
    let text = |text: &str| Some(json!(text));
    type Row<'a> = (Value, &'a [&'a str], Option<Value>, Read);
    let decline = || json!({"action": "decline"});
    let rows: Vec<Row<'_>> = vec![
        (yes(), &["action"], absent.clone(), Malformed),
        (yes(), &["action"], null.clone(), Malformed),
        (yes(), &["action"], text(""), Malformed),
        (yes(), &["action"], text("Accept"), Malformed),
        (yes(), &["action"], text("accept "), Malformed),
        (yes(), &["action"], text("approve"), Malformed),
        (yes(), &["action"], text("decline"), No),
        (yes(), &["action"], text("cancel"), No),
        (yes(), &["content"], absent.clone(), Malformed),
        (yes(), &["content"], null.clone(), Malformed),
        (yes(), &["content"], Some(json!({})), Malformed),
        (decline(), &["content"], absent.clone(), No),
        (decline(), &["content"], null.clone(), No),
        (decline(), &["content"], Some(json!({})), No),
        (decline(), &["content"], text("x"), Malformed),
        (decline(), &["content"], Some(json!([])), Malformed),
        (yes(), &["content", "approve"], null.clone(), Malformed),
        (yes(), &["content", "approve"], text(""), Malformed),
        (yes(), &["content", "approve"], text("true"), Malformed),
        (yes(), &["content", "reason"], absent.clone(), Yes),
        (yes(), &["content", "reason"], null.clone(), Yes),
        (yes(), &["content", "reason"], text(""), Yes),
        (yes(), &["content", "reason"], text("fine"), Yes),
        (no(), &["content", "reason"], null.clone(), No),
        (no(), &["content", "reason"], text("dear"), No),
        (yes(), &["content", "always"], Some(json!(true)), Malformed),
        (yes(), &["content", "always"], null.clone(), Malformed),
        (yes(), &["resultType"], absent.clone(), Yes),
        (yes(), &["resultType"], null.clone(), Yes),
        (yes(), &["resultType"], text("complete"), Yes),
        (yes(), &["resultType"], text(""), Malformed),
        (yes(), &["resultType"], text("input_required"), Malformed),
        (yes(), &["_meta"], absent, Yes),
        (yes(), &["_meta"], null.clone(), Yes),
        (yes(), &["_meta"], Some(json!({})), Yes),
        (yes(), &["_meta"], Some(json!({"trace": "1"})), Yes),
    ];
    for (answer, path, value, read) in rows {
        let answer = with(answer, path, value);
        assert_eq!(what(&answer), read, "{answer}");
    }
    for other in others() {
        for path in [&["action"][..], &["content"], &["resultType"], &["_meta"]] {
            if path == ["_meta"] && other.is_object() {
                continue;
            }
            let answer = with(yes(), path, Some(other.clone()));
            assert_eq!(what(&answer), Malformed, "{answer}");
        }
        if !other.is_boolean() {
            let answer = with(yes(), &["content", "approve"], Some(other.clone()));
            assert_eq!(what(&answer), Malformed, "{answer}");
        }
        if !other.is_string() {
            let answer = with(yes(), &["content", "reason"], Some(other.clone()));
            assert_eq!(what(&answer), Malformed, "{answer}");
        }
    }
    assert_eq!((what(&yes()), what(&no())), (Yes, No));
}

/// What a derived decoder would read as an answer.
#[test]
fn only_an_object_is_an_answer() {
    for answer in [
        json!(["accept", {"approve": true}, null]),
        json!(["accept", {"approve": true}, {}]),
        json!([{"action": "accept", "content": {"approve": true}}]),
        json!({"action": {"accept": null}, "content": {"approve": true}}),
        json!({"action": ["accept"], "content": {"approve": true}}),
        json!({"action": "accept", "content": [true, null]}),
        json!({"action": "accept", "content": [["approve", true]]}),
        json!({"accept": {"content": {"approve": true}}}),
        json!("accept"),
        json!(true),
        json!(null),
        json!({}),
        json!([]),
    ] {
        assert_eq!(what(&answer), Malformed, "{answer}");
    }
}

/// A yes that says more.
#[test]
fn nothing_beside_a_yes_takes_it_back_unseen() {
    for (key, value) in [
        ("error", json!("the user pressed Esc")),
        ("error", json!({"code": -1, "message": "no"})),
        ("isError", json!(true)),
        ("cancelled", json!(true)),
        ("declined", json!(true)),
        ("decision", json!("deny")),
        ("reason", json!("no, do not do this")),
        ("Action", json!("decline")),
        ("model", json!("x")),
        ("role", json!("user")),
        ("", json!(null)),
    ] {
        let answer = with(yes(), &[key], Some(value));
        assert_eq!(what(&answer), Malformed, "{answer}");
    }
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(what(&with(yes(), &["_meta", "deep"], Some(deep))), Malformed);
}
