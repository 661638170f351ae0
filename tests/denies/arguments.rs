//! K1, K2: what cannot be shown whole is not asked for in part. The authority is never asked.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use failclosed::{Action, Cause, Denial, Request, request::Argument, requires_permission};
use failclosed_tests::{
    Proof, Rig, Shop,
    authorities::{Says, allow},
};
use serde::{Serialize, Serializer, ser::Error};

#[requires_permission(action = "send", guard = shop.guard(), skip(shop))]
async fn send<T: Argument>(shop: &Shop, value: T) -> Result<(), Denial> {
    shop.ran();
    drop(value);
    Ok(())
}

async fn refused(value: impl Argument) -> Proof {
    let rig = Rig::with(Says(allow));
    let proof = rig.denies_call(Cause::Malformed, async |shop| send(shop, value).await).await;
    assert_eq!(proof.asked, 0, "the authority was asked about what it could not see");
    // Nothing of what could not be shown is in the log, at whatever size.
    assert!(proof.decisions[0].arguments.is_null() && proof.decisions[0].digest.is_none());
    assert!(!proof.denial.may_pass_later());
    proof
}

async fn accepted(value: impl Argument) {
    let running = Rig::with(Says(allow)).build();
    send(&running.shop, value).await.unwrap();
    assert_eq!(running.shop.bodies(), 1);
}

/// K2
#[tokio::test]
async fn argument_that_fails_to_serialize_denies() {
    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("cannot be read just now"))
        }
    }
    let proof = refused(Fails).await;
    assert_eq!(proof.denial.detail(), Some("argument `value`: cannot be read just now"));
    refused(vec![Some(Fails)]).await;
}

/// K2, A5: also where nobody expects it: the serializer of an argument is not our code.
#[tokio::test]
async fn argument_that_panics_when_serialized_denies() {
    struct Panics;
    impl Serialize for Panics {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("boom in serialize")
        }
    }
    let proof = refused(Panics).await;
    assert!(proof.denial.detail().unwrap().contains("boom in serialize"));
    refused(vec![Panics]).await;
}

/// K2: a path that is not Unicode cannot be written as text.
#[cfg(unix)]
#[tokio::test]
async fn path_that_is_not_unicode_denies() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(b"/etc/\xff"));
    refused(path.to_owned()).await;
}

/// K2: JSON writers turn it into `null`, and `null` passes a numeric cap.
#[tokio::test]
async fn float_that_is_not_finite_denies() {
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        refused(float).await;
        refused(float as f32).await;
        refused(vec![1.0, float]).await;
        refused(BTreeMap::from([("amount", float)])).await;
    }
    accepted(1.5).await;
}

/// K2: one format drops such a key, and another spells it differently.
#[tokio::test]
async fn map_key_that_is_not_text_denies() {
    refused(BTreeMap::from([(1_u8, "one")])).await;
    refused(BTreeMap::from([(true, "yes")])).await;
    refused(BTreeMap::from([((), "nothing")])).await;
    refused(BTreeMap::from([(Some("key"), "some")])).await;
    refused(BTreeMap::from([(vec![1_u8], "list")])).await;
    refused(HashMap::from([(('a', 'b'), "pair")])).await;
    accepted(BTreeMap::from([("key", 1)])).await;
}

/// J8, K1: too deep for the authority's parser.
#[tokio::test]
async fn argument_that_is_too_deep_denies() {
    #[derive(Serialize)]
    struct List(Vec<List>);
    let nested = |depth| (0..depth).fold(List(Vec::new()), |inner, _| List(vec![inner]));
    refused(nested(64)).await;
    refused(nested(2_000)).await;
    accepted(nested(20)).await;
}

/// K1, K5: also where the depth leaves no trace in the JSON, and only uses up the stack.
#[tokio::test]
async fn argument_that_is_too_deep_in_wrappers_denies() {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Wrapped {
        Value(u8),
        Some(Option<Box<Wrapped>>),
    }
    let nested =
        |depth| (0..depth).fold(Wrapped::Value(1), |inner, _| Wrapped::Some(Some(Box::new(inner))));
    refused(nested(2_000)).await;
    accepted(nested(10)).await;
}

/// An authority would read one amount, and the body another: serde itself writes such a map.
#[tokio::test]
async fn argument_with_a_key_twice_denies() {
    #[derive(Serialize)]
    struct Order {
        amount: u64,
        #[serde(flatten)]
        extra: BTreeMap<&'static str, u64>,
    }
    let order = |key| Order { amount: 99_999, extra: BTreeMap::from([(key, 1)]) };
    let proof = refused(order("amount")).await;
    assert!(proof.denial.detail().unwrap().contains("the key `amount` twice"));
    accepted(order("note")).await;
}

/// So does a tagged enum, of a struct that has a field of its tag's name: what is deleted would be
/// shown as read.
#[tokio::test]
async fn argument_with_a_field_twice_denies() {
    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Step {
        Delete(Target),
        Read { path: &'static str },
    }
    #[derive(Serialize)]
    struct Target {
        kind: &'static str,
        of: Option<Box<Step>>,
    }
    #[derive(Serialize)]
    struct Renamed {
        a: u8,
        #[serde(rename = "a")]
        b: u8,
    }
    #[derive(Serialize)]
    struct Many(Vec<[Step; 2]>, Wide, Wide);
    #[derive(Serialize, Default)]
    struct Wide {
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        last: Option<Box<Wide>>,
        #[serde(skip_serializing_if = "Option::is_none", rename = "i")]
        again: Option<u8>,
    }
    let delete = || Step::Delete(Target { kind: "read", of: None });
    let proof = refused(delete()).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("the key `kind` twice in one object"), "{detail}");
    refused(vec![Some(delete())]).await;
    refused(Renamed { a: 1, b: 2 }).await;
    refused(Wide { again: Some(1), ..Wide::default() }).await;
    let inner = Wide { again: Some(1), ..Wide::default() };
    refused(Wide { last: Some(Box::new(inner)), ..Wide::default() }).await;

    let read = || Step::Read { path: "a" };
    let nested = Wide { last: Some(Box::default()), ..Wide::default() };
    accepted(Many(vec![[read(), read()], [read(), read()]], nested, Wide::default())).await;
}

/// `Some(None)` is written as `None` is, and may mean the opposite.
#[tokio::test]
async fn argument_of_some_nothing_denies() {
    refused(Some(None::<u64>)).await;
    refused(Some(())).await;
    accepted(None::<Option<u64>>).await;
    accepted(Some(Some(1))).await;
}

/// Raw JSON is text that nobody has looked into.
#[tokio::test]
async fn argument_of_raw_json_denies() {
    let raw = serde_json::value::RawValue::from_string(r#"{"cmd":"rm","cmd":"ls"}"#.into());
    refused(raw.unwrap()).await;
}

/// K1: the boundary (CVE-2026-34040, CVE-2026-65838).
#[tokio::test]
async fn argument_over_the_limit_denies() {
    static ENVELOPE: AtomicUsize = AtomicUsize::new(0);
    let measure = failclosed::authority::answer_fn(|request| {
        ENVELOPE.store(request.question().len(), Ordering::SeqCst);
        failclosed::Decision::allow().into()
    });
    let running = Rig::with(measure).build();
    send(&running.shop, "").await.unwrap();
    // What is counted is the text of the whole question, to the last brace.
    let whole = Request::MAX_BYTES - ENVELOPE.load(Ordering::SeqCst);
    accepted("x".repeat(whole)).await;
    refused("x".repeat(whole + 1)).await;
    refused("x".repeat(Request::MAX_BYTES)).await;
    refused(vec![0_u8; Request::MAX_BYTES]).await;
}

/// K1: 100 MB that are never copied, not to the authority, not into the record.
#[tokio::test]
async fn argument_of_100_megabytes_denies() {
    refused("x".repeat(100 << 20)).await;

    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (0..100 << 20).try_for_each(|_| f.write_str("x"))
        }
    }
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    refused(Endless).await;
}

/// K1: what weighs nothing by itself is 100 MB as JSON all the same.
#[tokio::test]
async fn argument_of_many_empty_parts_denies() {
    refused(vec![""; 2 << 20]).await;
    refused(vec![[0_u8; 0]; 2 << 20]).await;
    refused(vec![(); 2 << 20]).await;

    struct EmptyKeys;
    impl Serialize for EmptyKeys {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map((0..2 << 20).map(|_| ("", "")))
        }
    }
    refused(EmptyKeys).await;
}

/// K1: a number that an authority's or a log's JSON cannot hold.
#[tokio::test]
async fn number_of_128_bits_denies() {
    refused(u128::MAX).await;
    refused(i128::MIN).await;
    refused(u128::from(u64::MAX) + 1).await;
    accepted(u128::from(u64::MAX)).await;
    accepted(i128::from(i64::MIN)).await;
}

/// A10: what a poisoned lock guards is not shown.
#[tokio::test]
async fn argument_behind_a_poisoned_lock_denies() {
    let amount = Arc::new(Mutex::new(742_u64));
    let poisoning = Arc::clone(&amount);
    let poisoned = std::thread::spawn(move || {
        let _held = poisoning.lock().unwrap();
        panic!("while the amount was locked");
    });
    poisoned.join().unwrap_err();
    refused(amount).await;
}

/// K1: the thing acted on is shown too, and counts.
#[tokio::test]
async fn resource_over_the_limit_denies() {
    #[requires_permission(action = "send", guard = shop.guard(), resource = to, skip(shop, to))]
    async fn send_to(shop: &Shop, to: &str) -> Result<(), Denial> {
        shop.ran();
        to.parse::<u8>().map(drop).or(Ok(()))
    }
    let huge = "x".repeat(Request::MAX_BYTES + 1);
    let rig = Rig::with(Says(allow));
    let proof = rig.denies_call(Cause::Malformed, async |shop| send_to(shop, &huge).await).await;
    assert_eq!(proof.asked, 0);
}

/// The guard's own facts are shown as well.
#[tokio::test]
async fn context_that_cannot_be_shown_denies() {
    let running = Rig::with(Says(allow)).more(|builder| builder.context("risk", f64::NAN)).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    running.denied(&denial, Cause::Malformed);
    assert!(denial.detail().unwrap().contains("`risk`"));
}

/// Of two arguments with one name an authority may see either. The macro refuses what it can see;
/// an action that is a constant it cannot look into.
#[tokio::test]
async fn argument_given_twice_denies() {
    #[derive(Action)]
    #[action(name = "purchase")]
    struct Purchase {
        amount: u64,
    }
    const SMALL: Purchase = Purchase { amount: 1 };

    #[requires_permission(action = SMALL, guard = shop.guard(), skip(shop))]
    async fn pay(shop: &Shop, amount: u64) -> Result<u64, Denial> {
        shop.ran();
        Ok(amount)
    }
    let rig = Rig::with(Says(allow));
    let proof = rig.denies_call(Cause::Malformed, async |shop| pay(shop, 74_200).await).await;
    assert_eq!(proof.asked, 0);
    assert_eq!(proof.denial.detail(), Some("argument `amount` is given twice"));
}
