//! What a question says, to the byte, about values of every kind. This file is a part of two programs:
//! one whose dependencies have the features that the workspace asks for, and one where some other crate
//! switched on all the rest. An approval, a digest or a rule of the one holds in the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    net::IpAddr,
    num::NonZeroU8,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject, authority::answer_fn, request::Argument,
    requires_permission,
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json, value::RawValue};

#[requires_permission(action = "show")]
async fn show<T: Argument>(value: T) -> Result<(), Denial> {
    drop(value);
    Ok(())
}

#[derive(Serialize)]
struct Order {
    vendor: &'static str,
    cents: u64,
    note: Option<&'static str>,
}

#[derive(Serialize)]
struct Cents(u64);

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
enum Size {
    Large,
    Of(u64),
    Both(u64, f32),
    Named { cents: i64 },
}

#[derive(Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Card { last: u16 },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Untagged {
    Text(&'static str),
}

#[derive(Serialize)]
struct Flat {
    cents: u64,
    #[serde(flatten)]
    rest: BTreeMap<&'static str, Value>,
}

/// Bytes, as `serde_bytes` writes them.
struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

type Shown = Pin<Box<dyn Future<Output = String>>>;

fn row(value: impl Argument + 'static) -> Shown {
    Box::pin(shown(value))
}

/// Each value, and what an authority is shown of it; or why it is shown nothing.
fn table() -> Vec<(Shown, &'static str)> {
    let flat = |key| Flat { cents: 1, rest: BTreeMap::from([(key, json!(2))]) };
    vec![
        (row(()), "null"),
        (row(Unit), "null"),
        (row(true), "true"),
        (row(0_u8), "0"),
        (row(-1_i8), "-1"),
        (row(NonZeroU8::MIN), "1"),
        (row(u64::MAX), "18446744073709551615"),
        (row(i64::MIN), "-9223372036854775808"),
        (row(7_i128), "7"),
        (row(u128::MAX), "argument `value`: a number of more than 64 bits"),
        (row(0.1_f64), "0.1"),
        (row(0.1_f32), "0.10000000149011612"),
        (row(1.0_f64), "1.0"),
        (row(-0.0_f64), "-0.0"),
        (row(1e300_f64), "1e+300"),
        (row(5e-324_f64), "5e-324"),
        (row(f64::NAN), "argument `value`: a float that is not finite"),
        (row('a'), r#""a""#),
        (row("a\"\\\n\u{1}é€𝄞\u{202e}"), "\"a\\\"\\\\\\n\\u0001é€𝄞\u{202e}\""),
        (row(Some("a")), r#""a""#),
        (row(None::<u8>), "null"),
        (row(Some(None::<u8>)), "argument `value`: a `Some` with nothing in it"),
        (row(vec![1, 2]), "[1,2]"),
        (row((1_u8, "a", 0.5)), r#"[1,"a",0.5]"#),
        (row(Bytes(b"\x00\xff")), "[0,255]"),
        (row(BTreeMap::from([("b", 1), ("a", 2)])), r#"{"a":2,"b":1}"#),
        (row(BTreeMap::from([(7_u8, 1)])), "argument `value`: a map key that is not text"),
        (row(BTreeSet::from(["b", "a"])), r#"["a","b"]"#),
        (row(Duration::from_millis(1500)), r#"{"secs":1,"nanos":500000000}"#),
        (row(IpAddr::from([127, 0, 0, 1])), r#""127.0.0.1""#),
        (row(Path::new("/srv/shop")), r#""/srv/shop""#),
        (row(Arc::new(7)), "7"),
        (
            row(Order { vendor: "coachella.com", cents: 742, note: None }),
            r#"{"vendor":"coachella.com","cents":742,"note":null}"#,
        ),
        (row(Cents(7)), "7"),
        (row(Size::Large), r#""Large""#),
        (row(Size::Of(7)), r#"{"Of":7}"#),
        (row(Size::Both(7, 0.5)), r#"{"Both":[7,0.5]}"#),
        (row(Size::Named { cents: -7 }), r#"{"Named":{"cents":-7}}"#),
        (row(Tagged::Card { last: 42 }), r#"{"kind":"Card","last":42}"#),
        (row(Untagged::Text("a")), r#""a""#),
        (row(flat("vat")), r#"{"cents":1,"vat":2}"#),
        (row(flat("cents")), "argument `value`: the key `cents` twice in one object"),
        // Numbers of the JSON library, which are texts where some crate asked for every digit.
        (row(json!({"a": [1, -2, 0.25], "b": null})), r#"{"a":[1,-2,0.25],"b":null}"#),
        (row(json!(u64::MAX)), "18446744073709551615"),
        (row(json!(i64::MIN)), "-9223372036854775808"),
        (row(json!(0.1)), "0.1"),
        (row(json!(1e300)), "1e+300"),
        (row(json!(-0.0)), "-0.0"),
        (row(parsed("1.0")), "1.0"),
        (row(parsed("1e2")), "100.0"),
        (row(parsed("1E+2")), "100.0"),
        (row(parsed("0e0")), "0.0"),
        (row(parsed("-0")), "-0.0"),
        (row(parsed("-0.0")), "-0.0"),
        (row(parsed("100000000000000000.0")), "1e+17"),
        (row(parsed("0.30000000000000004")), "0.30000000000000004"),
        (
            row(RawValue::from_string("{\"cents\": 7}".to_owned()).unwrap()),
            "argument `value`: raw JSON; parse it into a type first",
        ),
    ]
}

/// What is shown of a value, or why nothing is. A refusal is asked of nobody.
async fn shown(value: impl Argument) -> String {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let questions = Arc::clone(&asked);
    let authority = answer_fn(move |request| {
        questions.lock().unwrap().push(String::from_utf8(request.question().to_vec()).unwrap());
        Decision::allow().into()
    });
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            authority,
            failclosed::audit::MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap();
    let result = guard.scope(show(value)).await;
    let mut asked = asked.lock().unwrap().drain(..).collect::<Vec<_>>();
    match (result, asked.pop()) {
        (Ok(()), Some(question)) => {
            let head = r#"{"subject":{"agent":"shopper","on_behalf_of":null},"action":"show","resource":null,"arguments":{"value":"#;
            let rest = question.strip_prefix(head).expect(&question);
            rest.strip_suffix(r#"},"context":{}}"#).expect(&question).to_owned()
        }
        (Err(denial), None) => {
            assert_eq!(denial.cause(), Cause::Malformed);
            denial.detail().unwrap_or_default().to_owned()
        }
        (result, asked) => panic!("{result:?} after {asked:?}"),
    }
}

#[tokio::test]
async fn a_question_says_the_same_whatever_other_crates_switched_on() {
    let mut differences = String::new();
    for (row, (shown, expected)) in table().into_iter().enumerate() {
        let found = shown.await;
        if found != expected {
            writeln!(differences, "row {row}: {found}, not {expected}").unwrap();
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The digest, under which logs and approvals know a question.
#[tokio::test]
async fn a_question_has_the_same_digest_whatever_other_crates_switched_on() {
    let digest = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&digest);
    let authority = answer_fn(move |request| {
        *seen.lock().unwrap() = request.digest().unwrap().to_string();
        Decision::allow().into()
    });
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, authority, failclosed::audit::MemoryLog::new()),
        "a test",
    )
    .unwrap();
    let order = json!({"cents": 74200, "lines": [1.5, "a", null], "vendor": "coachella.com"});
    guard.scope(show(order)).await.unwrap();
    assert_eq!(
        *digest.lock().unwrap(),
        "ba25cb478548020bffabfda67f9aefdfbf28ea32e89c7f7d0fce63779139a713"
    );
}
