//! The round trip: source -> manifest -> schema -> an authority that loads it -> calls of that very source.

use std::{collections::BTreeMap, time::Duration};

use expect_test::expect_file;
use failclosed::{Cause, Denial, Guard, Subject, audit::MemoryLog, cedar::CedarAuthority};
use failclosed_check::manifest::cedar;

use crate::{
    home, manifest, run, scratch,
    shop::{
        Bank, GuardedCourier, Payments, Ran, Shop, erase,
        orders::{Courier, Line, Order, OrderId, Speed},
        refund,
    },
};

const POLICIES: &str = include_str!("../fixtures/shop/policies/shop.cedar");

#[test]
fn the_schema_of_the_sample_is_as_reviewed() {
    let (code, text, why) = run(&home(), &["--format", "cedar-schema"]);
    assert_eq!((code, why.as_str()), (0, ""));
    expect_file!["expected/shop.cedarschema"].assert_eq(&text);
}

async fn guard(policies: &str) -> Guard {
    let schema = cedar::schema(&manifest(&home()));
    assert!(schema.unmapped.is_empty(), "{:?}", schema.unmapped);
    let authority = CedarAuthority::builder(schema.text, policies)
        .resource_type("Resource")
        .default_resource("Application", "shop")
        .build()
        .unwrap();
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    Guard::builder(subject, authority, MemoryLog::new()).start().await.unwrap()
}

fn order(net_cents: u64) -> Order {
    Order {
        order_id: OrderId("o-1".into()),
        net_cents,
        internal: 1,
        gift_note: None,
        lines: vec![Line { article: "tea".into(), count: 2 }],
        speed: Speed::OverNight,
        prices: BTreeMap::from([("tea".into(), 200)]),
    }
}

async fn ship(shop: &Shop, order: &Order, speed: Option<Speed>) -> Result<usize, Denial> {
    let (place, tags) = ((7, "floor".to_owned()), vec!["fragile".to_owned()]);
    let (within, counts) = (Duration::from_secs(3600), BTreeMap::from([("boxes".to_owned(), 1)]));
    shop.ship("o-1", order, speed, place, tags, within, counts, None).await
}

struct Rider(Ran);

impl Courier for Rider {
    async fn fetch(&self, _: &str) -> Result<usize, Denial> {
        Ok(self.0.times())
    }
}

fn denied<T: std::fmt::Debug>(outcome: Result<T, Denial>) {
    let denial = outcome.unwrap_err();
    // By a policy: what the schema had no words for would be malformed.
    assert_eq!(denial.cause(), Cause::Denied, "{denial:?}");
}

#[tokio::test]
async fn calls_are_decided_by_policies_in_the_words_of_the_schema() {
    let guard = guard(POLICIES).await;
    let shop = Shop::new(guard.clone());
    assert_eq!(shop.buy("deli", 1200, "t").await.unwrap(), 1);
    denied(shop.buy("deli", 5001, "t").await);
    denied(shop.buy("deli", 1200, "u").await);

    assert_eq!(ship(&shop, &order(1000), None).await.unwrap(), 1);
    denied(ship(&shop, &order(1001), None).await);
    denied(ship(&shop, &order(1000), Some(Speed::Slow)).await);
    let with_note = Order { gift_note: Some("for you".into()), ..order(1000) };
    denied(ship(&shop, &with_note, None).await);
    assert_eq!(shop.ran.times(), 1);

    assert_eq!(refund(&shop, order(1000)).await.unwrap(), 2);
    denied(refund(&shop, order(1001)).await);
    denied(erase(&shop).await);
    assert_eq!(shop.ran.times(), 2);

    let payments: Box<dyn Payments> = Box::new(guard.wrap(Bank::default()));
    assert_eq!(payments.pay("landlord", 1).await.unwrap(), 1);
    denied(payments.pay("thief", 1).await);

    let courier = GuardedCourier::new(&guard, Rider(Ran::default()));
    assert_eq!(courier.fetch("harbour").await.unwrap(), 0);
    denied(courier.fetch("casino").await);
}

/// An attribute that was changed by hand fits no longer, so the test above shows something.
#[tokio::test]
async fn a_schema_with_another_type_fits_no_call() {
    let schema = cedar::schema(&manifest(&home())).text.replace("cents: Long", "cents: String");
    let authority =
        CedarAuthority::builder(schema, "permit(principal, action == Action::\"pay\", resource);");
    let guard = Guard::builder(
        Subject::agent("shopper").unwrap(),
        authority.build().unwrap(),
        MemoryLog::new(),
    );
    let guard = guard.start().await.unwrap();
    let payments: Box<dyn Payments> = Box::new(guard.wrap(Bank::default()));
    assert_eq!(payments.pay("landlord", 1).await.unwrap_err().cause(), Cause::Malformed);
}

/// Each type that has no Cedar type, and what is said of it.
#[test]
fn what_cannot_be_mapped_is_named() {
    let code = r#"
        use serde::Serialize;
        use other::*;
        #[derive(Serialize)] struct Flat { #[serde(flatten)] rest: Inner }
        #[derive(Serialize)] struct Inner { x: u8 }
        struct Plain { x: u8 }
        #[derive(Serialize)] enum Shape { Round, Square(u8) }
        #[derive(Serialize)] struct Tree { left: Box<Tree> }
        #[derive(Serialize)] struct Own { #[serde(serialize_with = "f")] x: u8 }
        #[derive(Serialize)] struct Of<T> { x: T }
        #[derive(Serialize)] struct Unit;
        #[derive(Serialize)] struct Absent { all: Vec<Option<u8>> }
        #[requires_permission(action = "a")]
        async fn a<T>(float: f64, flat: Flat, plain: &Plain, shape: Shape, tree: Tree, own: Own, of: Of<u8>,
            unit: Unit, absent: Absent, letter: T, any: impl Clone, value: serde_json::Value,
            foreign: bank::Iban, glob: Thing, Wrapped(inner): Wrapped, on_behalf_of: String) -> R { work() }
        #[requires_permission(action = "b", resource = thing.id(), args(n = count(&list)), skip(list))]
        async fn b(list: Vec<u8>, thing: &str) -> R { work() }
        #[requires_permission(action = bank::Pay)]
        async fn c() -> R { work() }
        #[requires_permission(action = "d")]
        async fn d(x: u8) -> R { work() }
        #[requires_permission(action = "d")]
        async fn e(x: String) -> R { work() }
    "#;
    let (code, text, why) = run(&scratch("unmapped", code), &["--format", "cedar-schema"]);
    assert_eq!(code, 4);
    expect_file!["expected/unmapped.txt"].assert_eq(&why);
    // Each is in its place in the schema as well.
    assert_eq!(text.matches("// UNMAPPED").count(), 19, "{text}");
}
