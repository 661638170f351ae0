//! Values that policies can be written about, by what the schema declares them to be.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use cedar_common::{Asked, Purchase, Shop};
use failclosed_runtime::{Argument, Cause, cedar::CedarAuthority};
use serde::Serialize;

/// A shop whose schema has one more attribute, and one policy about it.
fn shop(attribute: &str, when: &str) -> Shop {
    let schema = format!(
        r#"entity Agent; entity Vendor;
        action purchase appliesTo {{
            principal: Agent, resource: Vendor, context: {{ {attribute} }},
        }};"#
    );
    let policies = format!(r#"@id("only") permit(principal, action, resource) when {{ {when} }};"#);
    let builder = CedarAuthority::builder(schema, policies).resource_type("Vendor");
    Shop::new(builder.build().unwrap())
}

fn value(value: impl Argument + Send + 'static) -> Purchase {
    Purchase(Asked::default().with("value", value).on_id("deli.example"))
}

async fn malformed(shop: &Shop, asked: Purchase, detail: &[&str]) {
    let record = shop.denied(asked, Cause::Malformed).await;
    let told = record.detail.unwrap();
    for part in detail {
        assert!(told.contains(part), "no `{part}` in: {told}");
    }
    assert!(told.contains("help:"), "no way out: {told}");
}

#[tokio::test]
async fn an_optional_none_is_left_out() {
    let shop =
        shop("value?: String", r#"if context has value then context.value == "x" else true"#);
    shop.allowed(value(None::<String>)).await;
    shop.allowed(value(Some("x"))).await;
    shop.denied(value(Some("y")), Cause::Denied).await;
    // Nested as well, and only where the record says so.
    #[derive(Serialize)]
    struct To {
        city: Option<&'static str>,
        lines: Option<Vec<&'static str>>,
    }
    let shop = self::shop(
        "value: { city: String, lines?: Set<String> }",
        r#"context.value.city == "x" && !(context.value has lines)"#,
    );
    shop.allowed(value(To { city: Some("x"), lines: None })).await;
    shop.denied(value(To { city: Some("x"), lines: Some(vec![]) }), Cause::Denied).await;
    malformed(&shop, value(To { city: None, lines: None }), &["`value`: `city`: an absent"]).await;
    // A text does not become absent.
    let shop = self::shop("value?: String", "!(context has value)");
    shop.denied(value(""), Cause::Denied).await;
    shop.denied(value("null"), Cause::Denied).await;
}

#[tokio::test]
async fn a_decimal_from_text_or_number_or_denies() {
    let shop = shop("value: decimal", r#"context.value.lessThanOrEqual(decimal("12.5"))"#);
    for text in ["12.5", "12.50", "12.5000", "12.50000", "12", "-3.0001", "0.0", "12.0"] {
        shop.allowed(value(text)).await;
    }
    for number in [12.5, -0.25, 3.0] {
        shop.allowed(value(number)).await;
    }
    shop.allowed(value(12_u8)).await;
    for over in ["12.5001", "13"] {
        shop.denied(value(over), Cause::Denied).await;
    }
    shop.denied(value(12.75), Cause::Denied).await;
    for text in [
        "",
        "12,5",
        "1e3",
        "+12.5",
        " 12.5",
        "12.",
        ".5",
        "12.50001",
        "0x1",
        "NaN",
        "inf",
        "12.5.0",
        "922337203685477.5808",
        "12.5\u{0}",
        "\u{661}2.5",
    ] {
        malformed(&shop, value(text), &["`value`", "`decimal`", "four digits"]).await;
    }
    for number in [1e21, 0.1 + 0.2, 1e-7] {
        malformed(&shop, value(number), &["`decimal`"]).await;
    }
    malformed(&shop, value(u64::MAX), &["`decimal`"]).await;
    malformed(&shop, value(true), &["a boolean is not how it is written down"]).await;
    malformed(&shop, value(vec!["12.5"]), &["a list is not how"]).await;
}

#[tokio::test]
async fn an_address_or_denies() {
    let shop = shop("value: ipaddr", r#"!context.value.isInRange(ip("10.0.0.0/8"))"#);
    shop.allowed(value(IpAddr::from(Ipv4Addr::LOCALHOST))).await;
    shop.allowed(value(Ipv6Addr::LOCALHOST)).await;
    shop.allowed(value("192.168.0.0/16")).await;
    shop.denied(value(Ipv4Addr::new(10, 1, 2, 3)), Cause::Denied).await;
    // In the forbidden range, and dressed as an address that is in no range of version 4.
    for dressed in ["::ffff:10.1.2.3", "::ffff:a01:203", "::FFFF:0A01:0203", "::ffff:a01:203/128"] {
        malformed(&shop, value(dressed), &["IPv4 address written as an IPv6", "to_canonical"])
            .await;
    }
    malformed(&shop, value(Ipv4Addr::new(10, 1, 2, 3).to_ipv6_mapped()), &["`ipaddr`"]).await;
    for text in ["", "localhost", "10.0.0", "010.0.0.1", "10.0.0.1 ", "10.0.0.1:80", "10.0.0.1/33"]
    {
        malformed(&shop, value(text), &["cannot be read", "`ipaddr`"]).await;
    }
    malformed(&shop, value(2_130_706_433_u32), &["a number is not how it is written down"]).await;
}

#[tokio::test]
async fn a_time_or_denies() {
    let shop = shop("value: datetime", r#"context.value < datetime("2026-11-26T16:45:00Z")"#);
    for text in [
        "2026-11-26",
        "2026-11-26T16:44:59Z",
        "2026-11-26T16:44:59.999Z",
        "2026-11-26T16:44:59.9Z",
        "2026-11-26T16:44:59.123000Z",
        "2026-11-26T17:44:59+01:00",
        "2026-11-26T17:44:59+0100",
        "2026-11-26T16:44:59.500000000+00:00",
    ] {
        shop.allowed(value(text)).await;
    }
    for late in ["2026-11-26T16:45:00Z", "2026-11-26T16:45:00.000-01:00", "2026-11-27"] {
        shop.denied(value(late), Cause::Denied).await;
    }
    for text in [
        "",
        "today",
        "2026-13-01",
        "2026-11-26T16:44:59",
        "2026-11-26 16:44:59Z",
        "2026-11-26T16:44:59.1234Z",
        "2026-11-26T25:00:00Z",
        "26.11.2026",
        "2026-11-26T16:44:59.Z",
    ] {
        malformed(&shop, value(text), &["cannot be read", "`datetime`", "millisecond"]).await;
    }
    // Seconds, milliseconds?
    malformed(&shop, value(1_795_000_000), &["a number is not how it is written down"]).await;
}

#[tokio::test]
async fn a_duration_or_denies() {
    let shop = shop("value: duration", r#"context.value <= duration("1h30m")"#);
    for text in ["1h30m", "90m", "5400s", "1ms", "-1d"] {
        shop.allowed(value(text)).await;
    }
    shop.allowed(value(Duration::from_secs(5400))).await;
    shop.allowed(value(Duration::from_millis(1))).await;
    shop.denied(value(Duration::from_millis(5_400_001)), Cause::Denied).await;
    shop.denied(value("2h"), Cause::Denied).await;
    for text in ["", "1.5h", "90", "1 h", "m", "1h1h", "PT1H"] {
        malformed(&shop, value(text), &["cannot be read", "`duration`"]).await;
    }
    malformed(&shop, value(Duration::from_micros(1)), &["whole milliseconds"]).await;
    malformed(&shop, value(Duration::MAX), &["whole milliseconds"]).await;
    malformed(&shop, value(BTreeMap::from([("secs", 1)])), &["a record is not the one"]).await;
    malformed(&shop, value(BTreeMap::from([("secs", -1), ("nanos", 0)])), &["a record"]).await;
    malformed(&shop, value(60), &["a number is not how"]).await;
}

#[tokio::test]
async fn a_map_is_shown_as_entries() {
    let when = r#"context.value.containsAll([{key: "PATH", value: "/bin"}])"#;
    let shop = shop("value: Set<{ key: String, value: String }>", when);
    shop.allowed(value(BTreeMap::from([("PATH", "/bin"), ("HOME", "/root")]))).await;
    shop.denied(value(BTreeMap::from([("PATH", "/tmp")])), Cause::Denied).await;
    shop.denied(value(BTreeMap::<&str, &str>::new()), Cause::Denied).await;
    // As the schema declares keys and values.
    let shop = self::shop(
        "value: Set<{ key: Long, value: decimal }>",
        r#"context.value.contains({key: 7, value: decimal("1.5")})"#,
    );
    shop.allowed(value(BTreeMap::from([("7", "1.50")]))).await;
    for key in ["07", "x", "", "7.0", "+7", "9223372036854775808"] {
        let record = shop.denied(value(BTreeMap::from([(key, "1.5")])), Cause::Malformed).await;
        assert!(record.detail.unwrap().contains("a key that is not an integer"));
    }
    // Two spellings of one address.
    let shop = self::shop("value: Set<{ key: ipaddr, value: Long }>", "true");
    shop.allowed(value(BTreeMap::from([("::1", 1), ("::2", 1)]))).await;
    for other in [1, 2] {
        let twice = value(BTreeMap::from([("::1", 1), ("0::1", other)]));
        let record = shop.denied(twice, Cause::Malformed).await;
        assert!(record.detail.unwrap().contains("one key in two spellings"));
    }
}

#[tokio::test]
async fn a_list_keeps_its_order_by_position() {
    let attribute = r#"value: { "0": String, "1"?: String, "2"?: String }"#;
    let when =
        r#"context.value["0"] == "git" && context.value has "1" && context.value["1"] == "push""#;
    let shop = shop(attribute, when);
    shop.allowed(value(vec!["git", "push"])).await;
    shop.allowed(value(vec!["git", "push", "push"])).await;
    shop.allowed(value(("git", "push"))).await;
    shop.denied(value(vec!["push", "git"]), Cause::Denied).await;
    shop.denied(value(vec!["git"]), Cause::Denied).await;
    // What stands behind the last position would be seen by no policy.
    let argv = vec!["git", "push", "origin", "--force"];
    malformed(&shop, value(argv), &["more elements than the schema declares", "\"3\"?: .."]).await;
    shop.denied(value(Vec::<&str>::new()), Cause::Malformed).await;
    let spoofed = value(BTreeMap::from([("0", "git"), ("1", "push")]));
    malformed(&shop, spoofed, &["a record or map, where the schema declares a list"]).await;
    malformed(&shop, value(vec![Some("git"), None]), &["an absent value"]).await;
}

#[tokio::test]
async fn a_list_of_any_length_keeps_its_order_as_pairs() {
    let shop = shop(
        "value: Set<{ at: Long, value: String }>",
        r#"context.value.contains({at: 0, value: "git"}) && !context.value.contains({at: 3, value: "--force"})"#,
    );
    shop.allowed(value(vec!["git", "push", "push"])).await;
    shop.allowed(value(["git", "--force"])).await;
    shop.denied(value(vec!["push", "git"]), Cause::Denied).await;
    shop.denied(value(vec!["git", "push", "x", "--force"]), Cause::Denied).await;
    // The list that such a set describes, and a list of such records, would look the same.
    let shop = self::shop("value: Set<{ at: Long, value: String }>", "true");
    #[derive(Serialize)]
    struct Pair {
        at: u8,
        value: &'static str,
    }
    let spoofed = value(vec![Pair { at: 0, value: "git" }]);
    malformed(&shop, spoofed, &["a list of records with an `at`"]).await;
}

#[tokio::test]
async fn a_list_that_a_set_cannot_hold_denies() {
    let shop = shop("value: Set<String>", r#"context.value.contains("git")"#);
    shop.allowed(value(vec!["git", "push"])).await;
    malformed(&shop, value(vec!["git", "x", "x"]), &["repeats an element", "Set<{ at: Long"]).await;
    malformed(&shop, value(("git", "x")), &["a tuple or array", "by position"]).await;
    // Equal to the engine, though not to the letter.
    let shop = self::shop("value: Set<decimal>", "true");
    shop.allowed(value(vec!["1.5", "2.5"])).await;
    malformed(&shop, value(vec!["1.5", "1.50"]), &["repeats an element"]).await;
    let shop = self::shop("value: Set<duration>", "true");
    malformed(&shop, value(vec!["60s", "1m"]), &["repeats an element"]).await;
    let shop = self::shop("value: Set<ipaddr>", "true");
    malformed(&shop, value(vec!["::1", "0::1"]), &["repeats an element"]).await;
    let shop = self::shop("value: Set<datetime>", "true");
    let same = vec!["2026-11-26T00:00:00Z", "2026-11-26"];
    malformed(&shop, value(same), &["repeats an element"]).await;
}

#[tokio::test]
async fn a_common_type_is_as_good_as_its_own() {
    let schema = r#"
        namespace Shop {
            type Price = decimal;
            type Order = { price: Price, tip?: Price };
            entity Agent; entity Vendor;
            action purchase appliesTo {
                principal: Agent, resource: Vendor, context: { value: Order },
            };
        }"#;
    let policies = r#"permit(principal, action, resource)
        when { context.value.price.lessThan(decimal("2.0")) && !(context.value has tip) };"#;
    let builder = CedarAuthority::builder(schema, policies).resource_type("Vendor");
    let shop = Shop::new(builder.build().unwrap());
    shop.allowed(value(BTreeMap::from([("price", Some("1.99")), ("tip", None)]))).await;
    shop.denied(value(BTreeMap::from([("price", "2")])), Cause::Denied).await;
    let record = shop.denied(value(BTreeMap::from([("price", "x")])), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("argument `value`: `price`: `x.0` cannot be read"));
}
