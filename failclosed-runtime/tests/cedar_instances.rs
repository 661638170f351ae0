//! Actions whose names come at run time, in Cedar: each by its whole name or, where the schema has a place
//! for which one is meant, by its kind.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::borrow::Cow;

use cedar_common::Shop;
use failclosed_runtime::{
    Action, Arguments, Cause, Guard, NamedArgument, Resource, Subject, audit::MemoryLog,
    cedar::CedarAuthority,
};

struct Tool(&'static str);

impl Arguments for Tool {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

impl Action for Tool {
    const NAME: &'static str = "tool";
    type Key = Self;

    fn resource(&self) -> Option<Resource<'_>> {
        Some(Resource::new("Server", "git.example"))
    }

    fn instance(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }
}

/// An argument of the name under which the schema knows which one is meant.
struct Claims(&'static str);

impl Arguments for Claims {
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
        (index == 0).then_some(("instance", &"git.push"))
    }
}

impl Action for Claims {
    const NAME: &'static str = "tool";
    type Key = Self;

    fn resource(&self) -> Option<Resource<'_>> {
        Some(Resource::new("Server", "git.example"))
    }

    fn instance(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }
}

const DECLARED: &str = r#"
    entity Agent;
    entity Server;
    action tool;
    action "tool:git.push", "tool:git.pull" in [tool]
        appliesTo { principal: Agent, resource: Server };
    action other appliesTo { principal: Agent, resource: Server };
"#;

const BY_KIND: &str = r#"
    entity Agent;
    entity Server;
    action tool appliesTo { principal: Agent, resource: Server, context: { instance: String } };
    action "tool:disk.wipe" in [tool] appliesTo { principal: Agent, resource: Server };
"#;

fn authority(schema: &str, policies: &str) -> CedarAuthority {
    CedarAuthority::builder(schema, policies).build().unwrap()
}

fn shop(schema: &str, policies: &str) -> Shop {
    Shop::new(authority(schema, policies))
}

async fn malformed<A: Action>(shop: &Shop, action: A, detail: &str) {
    let record = shop.denied(action, Cause::Malformed).await;
    let told = record.detail.unwrap();
    assert!(told.contains(detail), "{told}");
}

#[tokio::test]
async fn a_policy_names_one_of_a_kind() {
    let one = r#"permit(principal, action == Action::"tool:git.push", resource);"#;
    let shop = shop(DECLARED, one);
    assert_eq!(shop.allowed(Tool("git.push")).await.action, "tool:git.push");
    shop.denied(Tool("git.pull"), Cause::Denied).await;
}

#[tokio::test]
async fn a_policy_names_the_kind_as_a_group() {
    let all = r#"
        permit(principal, action in Action::"tool", resource);
        forbid(principal, action == Action::"tool:git.push", resource);
    "#;
    let shop = shop(DECLARED, all);
    shop.allowed(Tool("git.pull")).await;
    shop.denied(Tool("git.push"), Cause::Denied).await;
    // A group is nothing that can be asked for, and has no place for which one is meant.
    malformed(&shop, Tool("disk.wipe"), "nor a place for which `tool` it is").await;
}

#[tokio::test]
async fn where_the_schema_knows_the_kind_a_policy_reads_which_one() {
    let some = r#"
        permit(principal, action == Action::"tool", resource)
        when { context.instance like "git.*" };
        permit(principal, action == Action::"tool:disk.wipe", resource)
        when { resource == Server::"scratch" };
    "#;
    let shop = shop(BY_KIND, some);
    assert_eq!(shop.allowed(Tool("git.push")).await.action, "tool:git.push");
    shop.denied(Tool("net.open"), Cause::Denied).await;
    // Known by its whole name, it is asked for as that alone.
    shop.denied(Tool("disk.wipe"), Cause::Denied).await;
    // An argument does not take the place of the name.
    malformed(&shop, Claims("disk.format"), "help: rename the argument").await;
}

#[tokio::test]
async fn an_argument_does_not_pass_for_which_one_it_is_where_the_schema_names_it_whole() {
    let schema = r#"
        entity Agent;
        entity Server;
        action tool;
        action "tool:git.push", "tool:git.pull" in [tool]
            appliesTo { principal: Agent, resource: Server, context: { instance: String } };
    "#;
    let push = r#"permit(principal, action in Action::"tool", resource)
        when { context.instance == "git.push" };"#;
    let shop = shop(schema, push);
    shop.allowed(Tool("git.push")).await;
    shop.denied(Tool("git.pull"), Cause::Denied).await;
    // It says `git.push`, and is the other one.
    malformed(&shop, Claims("git.pull"), "instance").await;
}

#[tokio::test]
async fn a_kind_without_a_place_for_which_one_denies() {
    let schema = BY_KIND.replace(", context: { instance: String }", "");
    let shop = shop(&schema, r#"permit(principal, action == Action::"tool", resource);"#);
    malformed(&shop, Tool("git.push"), "or `instance: String` in the context").await;
    shop.denied(Tool("disk.wipe"), Cause::Denied).await;
    let none = r#"permit(principal, action == Action::"other", resource);"#;
    let unknown =
        Shop::new(authority(&DECLARED.replace("action tool;", "").replace(" in [tool]", ""), none));
    unknown.denied(Tool("git.fetch"), Cause::Denied).await;
}

#[tokio::test]
async fn a_probe_of_one_of_a_kind_finds_the_permit_for_all() {
    let start = async |policies: &str| {
        let agent = Subject::agent("shopper").unwrap();
        Guard::builder(agent, authority(BY_KIND, policies), MemoryLog::new())
            .probe(Tool("net.open"))
            .start()
            .await
    };
    let all = r#"permit(principal, action == Action::"tool", resource);"#;
    assert!(start(all).await.is_err());
    start(&all.replace(';', r#" unless { context.instance like "net.*" };"#)).await.unwrap();
}
