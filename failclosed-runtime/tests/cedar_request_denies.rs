//! Requests that the schema has no words for, and values that Cedar has no type for.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::collections::HashMap;

use cedar_common::{
    Asked, Money, POLICIES, Purchase, Read, SCHEMA, Shop, Unknown, authority, lunch,
};
use failclosed_runtime::{Argument, Cause, Guard, Subject, cedar::CedarAuthority};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

fn shop() -> Shop {
    Shop::new(authority(POLICIES))
}

/// Lunch with one more argument.
fn with(name: &'static str, value: impl Argument + Send + 'static) -> Purchase {
    Purchase(lunch().0.with(name, value))
}

#[tokio::test]
async fn an_unknown_action_denies() {
    let shop = shop();
    let record = shop.denied(Unknown(Asked::default()), Cause::Denied).await;
    assert_eq!(record.reason.as_deref(), Some("the policies know no such action"));
    shop.allowed(lunch()).await;
}

#[tokio::test]
async fn an_action_group_denies() {
    let money = Money(Asked::default().with("amount", 1).on("Vendor", "deli.example"));
    shop().malformed(money, "does not fit the schema").await;
}

#[tokio::test]
async fn an_unknown_entity_type_denies() {
    for kind in ["Spaceship", "", "Vendor::", "Action", "vendor"] {
        let purchase = Purchase(Asked::default().with("amount", 1200).on(kind, "x"));
        shop().malformed(purchase, "is not an entity type of the schema").await;
    }
}

#[tokio::test]
async fn an_entity_type_of_other_actions_denies() {
    let purchase = Purchase(Asked::default().with("amount", 1200).on("User", "alice"));
    shop().malformed(purchase, "does not fit the schema").await;
}

#[tokio::test]
async fn a_missing_resource_denies() {
    shop().malformed(Purchase(Asked::default().with("amount", 1200)), "names no resource").await;
}

#[tokio::test]
async fn a_resource_without_a_kind_denies() {
    let shop = Shop::new(CedarAuthority::builder(SCHEMA, POLICIES).build().unwrap());
    let purchase = Purchase(Asked::default().with("amount", 1200).on_id("deli.example"));
    shop.malformed(purchase, "has no kind").await;
}

#[tokio::test]
async fn a_user_the_schema_has_no_type_for_denies() {
    let schema = "entity Agent; action read appliesTo { principal: Agent, resource: Agent };";
    let authority =
        CedarAuthority::builder(schema, "permit(principal, action, resource);").build().unwrap();
    let read = || Read(Asked::default().on("Agent", "shopper"));
    let alone = Shop::new(authority.clone());
    alone.allowed(read()).await;
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let record = Shop::of(subject, authority).denied(read(), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("no type for users"));
}

#[tokio::test]
async fn a_user_the_action_does_not_declare_denies() {
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let shop = Shop::of(subject, authority(POLICIES));
    // `read` has no `on_behalf_of` in its context; `purchase` does.
    shop.malformed(Read(Asked::default().on("Vendor", "deli.example")), "on_behalf_of").await;
}

#[tokio::test]
async fn an_undeclared_argument_denies() {
    shop().malformed(with("colour", "red"), "colour").await;
}

#[tokio::test]
async fn a_missing_argument_denies() {
    let purchase = Purchase(Asked::default().on("Vendor", "deli.example"));
    shop().malformed(purchase, "does not fit the schema").await;
}

#[tokio::test]
async fn an_argument_of_another_type_denies() {
    let purchase = Purchase(Asked::default().with("amount", "1200").on("Vendor", "deli.example"));
    shop().malformed(purchase, "does not fit the schema").await;
}

#[tokio::test]
async fn a_float_denies() {
    shop().malformed(with("quantity", 2.0_f64), "argument `quantity`: a float").await;
    shop().malformed(with("quantity", 2.0_f32), "minor units").await;
}

#[tokio::test]
async fn a_null_that_is_not_optional_denies() {
    let amount = Purchase(Asked::default().with("amount", None::<i64>).on_id("deli.example"));
    shop().malformed(amount, "argument `amount`: an absent value").await;
    let amount = Purchase(Asked::default().with("amount", ()).on_id("deli.example"));
    shop().malformed(amount, "as `amount?: ..`").await;
    #[derive(Serialize)]
    struct To {
        city: Option<String>,
    }
    shop().malformed(with("to", To { city: None }), "argument `to`: `city`: an absent").await;
    // What the schema does not know would be an error too if it were there.
    shop().malformed(with("colour", None::<&str>), "argument `colour`: an absent value").await;
    shop().malformed(with("tags", vec![None, Some("gift")]), "an absent value").await;
}

#[tokio::test]
async fn an_id_that_looks_like_another_denies() {
    for id in [
        "",
        " ",
        "\0",
        "casino.example\0",
        "casino.example\u{200b}",
        "casino.example ",
        " casino.example",
        "casino.example.",
        "casino.\u{202e}example",
        "casino.example\t",
        "casino.example\n",
        ".",
        "casino\u{3164}.example",
    ] {
        let purchase = Purchase(Asked::default().with("amount", 1200).on("Vendor", id));
        shop().malformed(purchase, "the id of the resource").await;
        let purchase = Purchase(Asked::default().with("amount", 1200).on_id(id));
        shop().malformed(purchase, "the id of the resource").await;
    }
}

#[tokio::test]
async fn an_integer_over_64_bits_denies() {
    let fault = "does not fit a Cedar `Long`";
    shop().malformed(with("quantity", i64::MAX as u64 + 1), fault).await;
    shop().malformed(with("quantity", u64::MAX), fault).await;
    // No authority is shown these, so no engine has to refuse them.
    let fault = "a number of more than 64 bits";
    shop().malformed(with("quantity", i128::from(i64::MIN) - 1), fault).await;
    shop().malformed(with("quantity", u128::MAX), fault).await;
}

#[tokio::test]
async fn bytes_denies() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"note")
        }
    }
    shop().malformed(with("note", Bytes), "argument `note`: bytes").await;
}

#[tokio::test]
async fn a_tuple_denies() {
    #[derive(Serialize)]
    struct Pair(&'static str, &'static str);
    #[derive(Serialize)]
    enum Route {
        FromTo(&'static str, &'static str),
    }
    let fault = "a tuple or array";
    shop().malformed(with("tags", ("from", "to")), fault).await;
    shop().malformed(with("tags", ["from", "to"]), fault).await;
    shop().malformed(with("tags", Pair("from", "to")), fault).await;
    shop().malformed(with("tags", Route::FromTo("from", "to")), fault).await;
}

#[tokio::test]
async fn a_list_that_repeats_an_element_denies() {
    let fault = "argument `tags`: a list that repeats an element";
    shop().malformed(with("tags", vec!["tv", "radio", "tv"]), fault).await;
    // Equal sets in another order are one element too.
    shop().malformed(with("tags", vec![vec![1, 2], vec![2, 1]]), fault).await;
}

/// A map that holds `city` twice.
struct Twice {
    as_struct: bool,
}

impl Serialize for Twice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.as_struct {
            let mut to = serializer.serialize_struct("To", 2)?;
            to.serialize_field("city", "Berlin")?;
            to.serialize_field("city", "Paris")?;
            return to.end();
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("city", "Berlin")?;
        map.serialize_entry("city", "Paris")?;
        map.end()
    }
}

#[tokio::test]
async fn a_duplicate_key_denies() {
    for as_struct in [false, true] {
        shop().malformed(with("to", Twice { as_struct }), "the key `city` twice").await;
    }
}

#[tokio::test]
async fn a_key_that_is_not_text_denies() {
    // The guard refuses it before this authority is asked.
    let record = shop().denied(with("to", HashMap::from([(1, "Berlin")])), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("a map key that is not text"));
}

#[tokio::test]
async fn a_map_that_looks_like_an_entity_stays_a_map() {
    // In Cedar's JSON this text would be the entity `User::"root"`.
    let inner = HashMap::from([("type", "User"), ("id", "root")]);
    let purchase = with("note", HashMap::from([("__entity", inner)]));
    shop().malformed(purchase, "does not fit the schema").await;
}

#[tokio::test]
async fn an_argument_named_as_the_user_denies() {
    let subject = || Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let shop = Shop::of(subject(), authority(POLICIES));
    shop.malformed(with("on_behalf_of", "bob"), "duplicate key `on_behalf_of`").await;
    // Without a user there is no clash, and a text is still not a user.
    self::shop().malformed(with("on_behalf_of", "bob"), "does not fit the schema").await;
}

#[tokio::test]
async fn an_argument_named_as_the_guards_context_denies() {
    let mut shop = shop();
    let guard =
        Guard::builder(Subject::agent("shopper").unwrap(), authority(POLICIES), shop.log.clone())
            .context("session", "s-1");
    shop.guard = failclosed_runtime::danger::unchecked(guard, "a test").unwrap();
    shop.malformed(with("session", "s-2"), "duplicate key `session`").await;
}

#[tokio::test]
async fn a_guard_context_without_a_type_denies() {
    let mut shop = shop();
    let guard =
        Guard::builder(Subject::agent("shopper").unwrap(), authority(POLICIES), shop.log.clone())
            .context("session", 0.5);
    shop.guard = failclosed_runtime::danger::unchecked(guard, "a test").unwrap();
    let record = shop.denied(lunch(), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("guard context `session`: a float"));
}
