//! Who is in which group, replaced while it is in use: alone, and together with policies.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{env, fs, path::PathBuf, process};

use cedar_common::{POLICIES, SCHEMA, Shop, lunch};
use cedar_policy::Entities;
use failclosed_runtime::{
    Cause,
    cedar::{CedarAuthority, CedarError},
};

const FOR_BUYERS: &str = r#"
    @id("buyers") permit(principal in Team::"buyers", action == Action::"purchase", resource);
"#;

/// The shopper, in these teams.
fn json(teams: &[&str]) -> String {
    let parents: Vec<_> =
        teams.iter().map(|team| format!(r#"{{ "type": "Team", "id": "{team}" }}"#)).collect();
    format!(
        r#"[{{ "uid": {{ "type": "Agent", "id": "shopper" }}, "attrs": {{ "budget": 7 }},
              "parents": [{}] }}]"#,
        parents.join(", ")
    )
}

fn teams(teams: &[&str]) -> Entities {
    Entities::from_json_str(&json(teams), None).unwrap()
}

fn unfit() -> Entities {
    let json = r#"[{ "uid": { "type": "Agent", "id": "shopper" }, "attrs": { "budget": "much" },
                     "parents": [{ "type": "Team", "id": "buyers" }] }]"#;
    Entities::from_json_str(json, None).unwrap()
}

fn member() -> CedarAuthority {
    let builder = CedarAuthority::builder(SCHEMA, FOR_BUYERS).resource_type("Vendor");
    builder.entities(teams(&["buyers"])).build().unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("failclosed-cedar-{}-{name}.json", process::id()));
    fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn an_ended_membership_denies_at_the_next_call() {
    let authority = member();
    let shop = Shop::new(authority.clone());
    let before = shop.allowed(lunch()).await;
    assert_eq!(before.rule.as_deref(), Some("buyers"));
    authority.reload_entities(teams(&[])).unwrap();
    let record = shop.denied(lunch(), Cause::Denied).await;
    assert_eq!(record.reason.as_deref(), Some("no policy permits it"));
    // The record says which entities it was decided by, and that the policies were the same.
    let (before, after) = (before.version.unwrap(), record.version.unwrap());
    let split =
        |version: &str| version.split_once(" entities ").map(|(a, b)| (a.to_owned(), b.to_owned()));
    let ((policies, old), (same, new)) = (split(&before).unwrap(), split(&after).unwrap());
    assert_eq!(policies, same);
    assert_ne!(old, new);
    // A reload of the policies does not bring it back.
    authority.reload(SCHEMA, FOR_BUYERS).unwrap();
    shop.denied(lunch(), Cause::Denied).await;
    authority.reload_entities(teams(&["buyers"])).unwrap();
    assert_eq!(shop.allowed(lunch()).await.version.unwrap(), before);
}

#[tokio::test]
async fn entities_and_policies_are_replaced_at_once() {
    let authority = member();
    let shop = Shop::new(authority.clone());
    shop.allowed(lunch()).await;
    let others = FOR_BUYERS.replace("buyers", "cooks");
    authority.reload_with_entities(SCHEMA, &*others, teams(&["cooks"])).unwrap();
    assert_eq!(shop.allowed(lunch()).await.rule.as_deref(), Some("cooks"));
    authority.reload_with_entities(SCHEMA, &*others, teams(&["buyers"])).unwrap();
    shop.denied(lunch(), Cause::Denied).await;
    // If one of the two fails, neither is replaced: not the entities before bad policies, and not
    // the policies before bad entities.
    authority.reload_with_entities(SCHEMA, "permit(", teams(&["cooks"])).unwrap_err();
    shop.denied(lunch(), Cause::Denied).await;
    let error = authority.reload_with_entities(SCHEMA, POLICIES, unfit()).unwrap_err();
    assert!(matches!(error, CedarError::Entities { .. }), "{error:?}");
    shop.denied(lunch(), Cause::Denied).await;
}

#[tokio::test]
async fn entities_that_do_not_fit_replace_nothing() {
    let authority = member();
    authority.reload_entities(teams(&[])).unwrap();
    let shop = Shop::new(authority.clone());
    shop.denied(lunch(), Cause::Denied).await;
    let error = authority.reload_entities(unfit()).unwrap_err();
    assert!(matches!(error, CedarError::Entities { .. }), "{error:?}");
    let record = shop.denied(lunch(), Cause::Denied).await;
    assert!(record.version.unwrap().ends_with("a later reload failed"));
}

#[tokio::test]
async fn a_membership_that_ends_in_its_file_denies_after_a_refresh() {
    let path = file("ended", &json(&["buyers"]));
    let builder = CedarAuthority::builder(SCHEMA, FOR_BUYERS).resource_type("Vendor");
    let authority = builder.entities_from_file(&path).build().unwrap();
    let shop = Shop::new(authority.clone());
    shop.allowed(lunch()).await;
    assert!(!authority.refresh().unwrap());
    fs::write(&path, json(&[])).unwrap();
    assert!(authority.refresh().unwrap());
    shop.denied(lunch(), Cause::Denied).await;
    // A reload of policies reads the file as well.
    fs::write(&path, json(&["buyers"])).unwrap();
    authority.reload(SCHEMA, FOR_BUYERS).unwrap();
    shop.allowed(lunch()).await;
    for broken in ["", "[", "{}", r#"[{"uid": 7}]"#] {
        fs::write(&path, broken).unwrap();
        authority.refresh().unwrap_err();
        assert!(shop.allowed(lunch()).await.version.unwrap().ends_with("a later reload failed"));
    }
}

#[tokio::test]
async fn entities_beside_those_of_a_file_replace_nothing() {
    let path = file("by-hand", &json(&[]));
    let builder = CedarAuthority::builder(SCHEMA, FOR_BUYERS).resource_type("Vendor");
    let authority = builder.entities_from_file(&path).build().unwrap();
    let shop = Shop::new(authority.clone());
    shop.denied(lunch(), Cause::Denied).await;
    let error = authority.reload_entities(teams(&["buyers"])).unwrap_err();
    assert!(error.to_string().contains("they come from a file"), "{error}");
    let record = shop.denied(lunch(), Cause::Denied).await;
    assert!(record.version.unwrap().ends_with("a later reload failed"));
    assert!(!authority.refresh().unwrap());
    let record = shop.denied(lunch(), Cause::Denied).await;
    assert!(!record.version.unwrap().ends_with("failed"));
}

#[tokio::test]
async fn equal_entities_in_another_order_are_one_version() {
    let authority = member();
    authority.reload_entities(teams(&["a", "b", "c", "d", "e"])).unwrap();
    let one = authority.version().unwrap();
    for _ in 0..8 {
        authority.reload_entities(teams(&["e", "d", "c", "b", "a"])).unwrap();
        assert_eq!(authority.version().unwrap(), one);
    }
    authority.reload_entities(teams(&["a", "b", "c", "d"])).unwrap();
    assert_ne!(authority.version().unwrap(), one);
}

#[tokio::test]
async fn a_denial_without_a_decision_names_the_version_too() {
    let shop = Shop::new(member());
    let nothing = cedar_common::Purchase(cedar_common::Asked::default());
    let record = shop.denied(nothing, Cause::Malformed).await;
    assert!(record.version.unwrap().starts_with("policies "));
}
