//! What Cedar policies permit and forbid, and what is reported about it.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use cedar_common::{Asked, POLICIES, Purchase, Read, Refund, SCHEMA, Shop, authority, lunch};
use cedar_policy::Entities;
use failclosed_runtime::{
    Cause, Denial, Guard, Policies, Probe, Request, SelfCheckError, Subject,
    audit::{AuditSink, DecisionRecord, MemoryLog, OutcomeRecord, Recording},
    cedar::{CedarAuthority, rules},
    danger,
};
use serde::Serialize;

fn purchase(amount: u64, vendor: &str) -> Purchase {
    Purchase(Asked::default().with("amount", amount).on_id(vendor))
}

#[tokio::test]
async fn a_permit_allows_and_is_named() {
    let shop = Shop::new(authority(POLICIES));
    let record = shop.allowed(purchase(50_000, "deli.example")).await;
    assert_eq!(record.rule.as_deref(), Some("shopping"));
}

/// The record names the text by its digest, so that who has the text can look at the decision again.
#[tokio::test]
async fn each_record_names_schema_and_policies_by_the_digest_of_their_text() {
    let shop = Shop::new(authority(POLICIES));
    let allowed = shop.allowed(purchase(50_000, "deli.example")).await;
    let denied = shop.denied(purchase(50_001, "deli.example"), Cause::Denied).await;
    let version = format!("policies {} entities ", allowed.policies[0]);
    for record in [&allowed, &denied] {
        assert_eq!(record.policies.len(), 1);
        assert!(record.version.as_deref().unwrap().starts_with(&version), "{record:?}");
    }
}

/// Keeps the policies of the last decision.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Vec<Policies>>>);

impl AuditSink for Tap {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        let policies = record.verdict.grounds().policies;
        *self.0.lock().unwrap() = policies.map(|list| list.to_vec()).unwrap_or_default();
        Recording::ready(Ok(()))
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}

/// What a log keeps of it says which rules there were.
#[tokio::test]
async fn the_text_that_a_log_keeps_names_its_rules() {
    const MORE: &str = r#"
        @id("never") @team("a")
        forbid(principal, action in [Action::"money"], resource == Vendor::"pawn.example");
        permit(principal == Agent::"buyer", action == Action::"purchase", resource);
    "#;
    let policies = format!("{POLICIES}{MORE}");
    let authority =
        CedarAuthority::builder(SCHEMA, policies).annotations(["team"]).build().unwrap();
    let tap = Tap::default();
    let subject = Subject::agent("shopper").unwrap();
    let guard =
        danger::unchecked(Guard::builder(subject, authority, tap.clone()), "a test").unwrap();
    drop(guard.run(lunch(), async |_| Ok::<_, Denial>(())).await);
    let kept = tap.0.lock().unwrap().pop().unwrap();
    assert!(kept.text().contains(SCHEMA) && kept.text().contains("@team(\"a\")"));
    let rules = rules(&kept).unwrap();
    let [.., never, unnamed] = &rules[..] else { panic!("{rules:?}") };
    assert_eq!((&**never, unnamed.starts_with("policy")), ("never", true));
    assert!(rules.iter().any(|rule| &**rule == "shopping"));
    // Another authority's text, and one that was cut.
    let cut = Policies::new(&kept.text()[..kept.text().len() - 2]);
    for other in [Policies::new("package shop\nallow := true\n"), Policies::new(""), cut] {
        assert!(failclosed_runtime::cedar::rules(&other).is_err(), "{}", other.text());
    }
}

#[tokio::test]
async fn no_permit_denies() {
    let shop = Shop::new(authority(POLICIES));
    let record = shop.denied(purchase(50_001, "deli.example"), Cause::Denied).await;
    assert_eq!(record.reason.as_deref(), Some("no policy permits it"));
    assert_eq!(record.rule, None);
}

#[tokio::test]
async fn no_policy_for_the_action_denies() {
    let shop = Shop::new(authority(POLICIES));
    let refund = Refund(Asked::default().with("amount", 1).on_id("deli.example"));
    shop.denied(refund, Cause::Denied).await;
}

#[tokio::test]
async fn another_agent_denies() {
    let shop = Shop::of(Subject::agent("stranger").unwrap(), authority(POLICIES));
    shop.denied(lunch(), Cause::Denied).await;
}

#[tokio::test]
async fn a_forbid_denies_with_its_own_reason() {
    let shop = Shop::new(authority(POLICIES));
    // Forbidden through the group of the action.
    let record = shop.denied(purchase(1, "casino.example"), Cause::Denied).await;
    assert_eq!(record.reason.as_deref(), Some("this vendor is blocked"));
    assert_eq!(record.rule.as_deref(), Some("no-casinos"));
    // Reading about it is not in the group.
    shop.allowed(Read(Asked::default().on_id("casino.example"))).await;
}

#[tokio::test]
async fn several_forbids_are_all_named() {
    let policies = r#"
        @id("b") forbid(principal, action, resource);
        @id("a") @reason("closed on sundays") forbid(principal, action, resource);
        forbid(principal, action, resource == Vendor::"deli.example");
    "#;
    let record = Shop::new(authority(policies)).denied(lunch(), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("b; a; policy2"));
    assert_eq!(record.reason.as_deref(), Some("closed on sundays"));
    let policies = r#"@id("b") forbid(principal, action, resource);"#;
    let record = Shop::new(authority(policies)).denied(lunch(), Cause::Denied).await;
    assert_eq!(record.reason.as_deref(), Some("a policy forbids it"));
}

#[tokio::test]
async fn policies_see_the_user() {
    let policies = r#"
        permit(principal, action == Action::"purchase", resource)
        when { context has on_behalf_of && context.on_behalf_of == User::"alice" };
    "#;
    let agent = || Subject::agent("shopper").unwrap();
    let of = |subject| Shop::of(subject, authority(policies));
    of(agent().on_behalf_of("alice").unwrap()).allowed(lunch()).await;
    of(agent().on_behalf_of("bob").unwrap()).denied(lunch(), Cause::Denied).await;
    of(agent()).denied(lunch(), Cause::Denied).await;
}

#[tokio::test]
async fn policies_see_structured_arguments() {
    #[derive(Serialize)]
    struct To {
        city: City,
        #[serde(skip_serializing_if = "Option::is_none")]
        lines: Option<Vec<String>>,
    }
    #[derive(Serialize)]
    struct City(Town);
    #[derive(Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Town {
        Berlin,
    }
    let policies = r#"
        permit(principal, action == Action::"purchase", resource)
        when {
            context has to && context.to.city == "berlin" && context has tags
            && context.tags.containsAll(["gift", "x"]) && context has quantity
            && context.quantity == -3
        };
    "#;
    let shop = Shop::new(authority(policies));
    let to = |lines| To { city: City(Town::Berlin), lines };
    let ordered = |lines| {
        let asked = lunch().0.with("to", to(lines)).with("quantity", -3_i8);
        Purchase(asked.with("tags", vec![Some("x"), Some("gift")]))
    };
    shop.allowed(ordered(None)).await;
    shop.allowed(ordered(Some(vec!["second floor".into()]))).await;
    let other = lunch().0.with("to", HashMap::from([("city", "paris")]));
    shop.denied(Purchase(other.with("tags", vec!["gift", "x"])), Cause::Denied).await;
}

#[tokio::test]
async fn policies_see_entities() {
    let policies = r#"
        permit(principal in Team::"buyers", action == Action::"purchase", resource)
        when { principal has budget && context.amount <= principal.budget };
    "#;
    let json = r#"[
        { "uid": { "type": "Agent", "id": "shopper" }, "attrs": { "budget": 2000 },
          "parents": [{ "type": "Team", "id": "food" }] },
        { "uid": { "type": "Team", "id": "food" }, "attrs": {},
          "parents": [{ "type": "Team", "id": "buyers" }] },
        { "uid": { "type": "Team", "id": "buyers" }, "attrs": {}, "parents": [] }
    ]"#;
    let schema = SCHEMA.replace("entity Team;", "entity Team in [Team];");
    let entities = Entities::from_json_str(json, None).unwrap();
    let builder = CedarAuthority::builder(schema, policies).entities(entities);
    let shop = Shop::new(builder.resource_type("Vendor").build().unwrap());
    shop.allowed(purchase(2000, "deli.example")).await;
    shop.denied(purchase(2001, "deli.example"), Cause::Denied).await;
}

#[tokio::test]
async fn names_are_looked_up_in_the_namespace_of_the_actions() {
    let schema = format!("namespace Shop {{ {SCHEMA} }}");
    let policies = r#"
        permit(principal == Shop::Agent::"shopper", action == Shop::Action::"purchase", resource)
        when { context.amount <= 50000 };
    "#;
    let builder = CedarAuthority::builder(schema, policies).resource_type("Shop::Vendor");
    let shop = Shop::new(builder.build().unwrap());
    shop.allowed(lunch()).await;
    shop.allowed(purchase(1, "deli.example")).await;
    shop.allowed(Purchase(Asked::default().with("amount", 1).on("Shop::Vendor", "x"))).await;
}

#[tokio::test]
async fn the_default_resource_stands_in() {
    let builder = CedarAuthority::builder(SCHEMA, POLICIES);
    let shop = Shop::new(builder.default_resource("Vendor", "casino.example").build().unwrap());
    let unnamed = Purchase(Asked::default().with("amount", 1));
    let record = shop.denied(unnamed, Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("no-casinos"));
}

#[tokio::test]
async fn the_self_check_passes() {
    Shop::new(authority(POLICIES)).guard.self_check().await.unwrap();
    // What is forbidden or asked is not everything.
    for able_to_say_no in [
        "permit(principal, action, resource); forbid(principal, action, resource) \
         when { resource == Vendor::\"casino.example\" };",
        "@ask(\"may it?\") permit(principal, action, resource);",
        "permit(principal, action, resource) when { principal == Agent::\"shopper\" };",
        "permit(principal == Agent::\"shopper\", action, resource);",
        "permit(principal, action == Action::\"read\", resource);",
        "permit(principal, action, resource is Vendor);",
        "permit(principal is Agent, action, resource) when { resource is Vendor };",
        "permit(principal, action, resource) unless { resource == Vendor::\"casino.example\" };",
        "permit(principal, action, resource) when { 2 < 1 };",
        "@ask(\"may it?\") permit(principal is Agent, action, resource) when { true };",
    ] {
        let checked = Shop::new(authority(able_to_say_no)).guard.self_check().await;
        assert!(checked.is_ok(), "{able_to_say_no}: {checked:?}");
    }
}

#[tokio::test]
async fn the_self_check_fails_where_everything_is_permitted() {
    for everything in [
        "permit(principal, action, resource);",
        "@id(\"all\") permit(principal, action, resource); permit(principal, action, resource) \
         when { principal == Agent::\"shopper\" };",
        "permit(principal is Agent, action, resource);",
        "permit(principal, action, resource) when { true };",
        "permit(principal, action, resource) unless { false };",
        "permit(principal is Agent, action, resource) when { 1 < 2 } unless { [1, 2].contains(3) };",
    ] {
        let failed = Shop::new(authority(everything)).guard.self_check().await;
        assert!(matches!(failed, Err(SelfCheckError::CanaryAllowed)), "{everything}: {failed:?}");
    }
}

/// A probe is a question of the right shape, or none.
#[tokio::test]
async fn a_guard_starts_where_its_probe_is_forbidden() {
    let deny_list = "permit(principal, action, resource); forbid(principal, action, resource) \
                     when { resource == Vendor::\"casino.example\" };";
    let start = async |policies: &str, probe: Probe| {
        let shopper = Subject::agent("shopper").unwrap();
        Guard::builder(shopper, authority(policies), MemoryLog::new()).probe(probe).start().await
    };
    let on = |vendor| Probe::new("purchase").resource(&("Vendor", vendor)).argument("amount", 1);
    start(deny_list, on("casino.example")).await.unwrap();
    let allowed = start(deny_list, on("books.example")).await.unwrap_err();
    assert!(allowed.to_string().contains("`purchase` on \"books.example\""), "{allowed}");
    for (misspelled, why) in [
        (
            Probe::new("purchases").resource(&("Vendor", "casino.example")),
            "does not know the action",
        ),
        (Probe::new("purchase").resource(&("Vendors", "casino.example")), "not an entity type"),
        (Probe::new("purchase").resource(&("Vendor", "casino.example")), "does not fit the schema"),
    ] {
        let error = start(deny_list, misspelled).await.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn the_self_check_fails_where_the_canary_is_allowed() {
    let canary = Request::CANARY;
    let schema =
        format!("{SCHEMA} action \"{canary}\" appliesTo {{ principal: Agent, resource: Vendor }};");
    let builder = CedarAuthority::builder(schema, "permit(principal, action, resource);");
    let shop = Shop::new(builder.default_resource("Vendor", "x").build().unwrap());
    let failed = shop.guard.self_check().await;
    assert!(matches!(failed, Err(SelfCheckError::CanaryAllowed)), "{failed:?}");
}

#[test]
fn the_schema_says_what_can_be_asked() {
    let actions = authority(POLICIES).actions();
    // Not the group `money`, which nobody can ask for.
    let names: Vec<_> = actions.iter().map(|action| &*action.name).collect();
    assert_eq!(names, ["purchase", "read", "refund"]);
    assert_eq!(actions[0].required, ["amount"]);
    assert!(actions[0].optional.contains(&"on_behalf_of".to_owned()));
    assert_eq!(actions[1].resources, ["User", "Vendor"]);
}
