//! Policies that must not decide are refused before there is an authority that could.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{env, fs, path::PathBuf, process};

use cedar_common::{POLICIES, SCHEMA};
use failclosed_runtime::cedar::{CedarAuthority, CedarError};

fn refused(schema: &str, policies: &str) -> CedarError {
    CedarAuthority::builder(schema, policies).build().unwrap_err()
}

fn policies_refused(policies: &str) -> CedarError {
    refused(SCHEMA, policies)
}

/// A directory of this test process alone.
fn directory(name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("failclosed-cedar-{}-{name}", process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn policies_that_do_not_parse_denies() {
    for policies in
        ["permit(", "permit(principal, action, resource)", "allow everything", "\u{feff}}"]
    {
        let error = policies_refused(policies);
        assert!(matches!(error, CedarError::Policies { .. }), "{policies}: {error:?}");
    }
}

#[test]
fn a_schema_that_does_not_parse_denies() {
    for schema in ["entity", "{}", "\0", "entity Agent; entity Agent;"] {
        let error = refused(schema, POLICIES);
        assert!(matches!(error, CedarError::Schema { .. }), "{schema}: {error:?}");
    }
}

#[test]
fn a_schema_with_a_warning_denies() {
    // The name shadows a type of the language.
    let schema = format!("{SCHEMA} entity Long;");
    assert!(matches!(refused(&schema, POLICIES), CedarError::Schema { .. }));
}

#[test]
fn an_empty_schema_denies() {
    let error = refused("", "permit(principal, action, resource);");
    assert!(
        matches!(error, CedarError::Namespace { .. } | CedarError::Invalid { .. }),
        "{error:?}"
    );
}

#[test]
fn policies_that_do_not_validate_denies() {
    for policy in [
        // Misspelt attribute, type and action; wrong type; attribute that may be missing.
        r#"permit(principal, action == Action::"purchase", resource) when { context.amont < 5 };"#,
        r#"permit(principal == Agnet::"shopper", action, resource);"#,
        r#"permit(principal, action == Action::"purchace", resource);"#,
        r#"permit(principal, action == Action::"purchase", resource) when { context.amount < "5" };"#,
        r#"forbid(principal, action == Action::"purchase", resource) when { context.quantity > 5 };"#,
    ] {
        let error = policies_refused(policy);
        assert!(matches!(error, CedarError::Invalid { .. }), "{policy}: {error:?}");
    }
}

#[test]
fn a_validation_warning_denies() {
    // A limit that never applies: valid to the engine, which only warns.
    let policies = r#"
        permit(principal, action == Action::"purchase", resource);
        @id("limit") forbid(principal, action == Action::"purchase", resource)
        when { context.amount > 500 && false };
    "#;
    let CedarError::Invalid { faults } = policies_refused(policies) else { panic!("not refused") };
    assert!(faults.iter().any(|fault| fault.contains("limit")), "{faults:?}");
}

#[test]
fn an_empty_policy_set_denies() {
    for policies in ["", "  \n", "// nothing yet\n"] {
        assert!(matches!(policies_refused(policies), CedarError::Empty));
    }
}

#[test]
fn a_template_denies() {
    let policies = r#"
        permit(principal, action, resource);
        @id("barred") forbid(principal == ?principal, action, resource);
    "#;
    let CedarError::Template { id } = policies_refused(policies) else { panic!("not refused") };
    assert_eq!(id, "barred");
}

#[test]
fn an_id_given_twice_denies() {
    for policies in [
        r#"@id("a") permit(principal, action, resource);
           @id("a") forbid(principal, action, resource);"#,
        // The engine's own name for the second one.
        r#"@id("policy1") permit(principal, action, resource);
           forbid(principal, action, resource);"#,
    ] {
        let error = policies_refused(policies);
        assert!(error.to_string().contains("its id is given twice"), "{error}");
    }
}

#[test]
fn a_label_that_cannot_be_reported_denies() {
    for label in
        [r#"@id("")"#, r#"@id("a\nb")"#, "@id", r#"@reason(" ")"#, r#"@reason("\u{1b}[2J")"#]
    {
        let error = policies_refused(&format!("{label} permit(principal, action, resource);"));
        assert!(matches!(error, CedarError::Annotation { .. }), "{label}: {error:?}");
    }
}

#[test]
fn a_missing_file_denies() {
    let directory = directory("missing");
    let policies = directory.join("policies.cedar");
    fs::write(&policies, POLICIES).unwrap();
    let schema = directory.join("no-such-file");
    let error = CedarAuthority::builder_from_files(&schema, policies).build().unwrap_err();
    let CedarError::Read { what: "schema", path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*path, schema);
}

#[test]
fn an_unreadable_file_denies() {
    let directory = directory("unreadable");
    let schema = directory.join("shop.cedarschema");
    fs::write(&schema, SCHEMA).unwrap();
    let no_text = directory.join("no-text.cedar");
    fs::write(&no_text, b"permit(principal, action, resource); // \xff").unwrap();
    // A directory is unreadable as a file for every user, the superuser included.
    for policies in [no_text, directory.clone()] {
        let error = CedarAuthority::builder_from_files(&schema, policies).build().unwrap_err();
        assert!(matches!(error, CedarError::Read { what: "policies", .. }), "{error:?}");
    }
    let policies = directory.join("shop.cedar");
    fs::write(&policies, POLICIES).unwrap();
    CedarAuthority::builder_from_files(schema, policies).build().unwrap();
}

#[test]
fn an_entity_type_the_schema_does_not_know_denies() {
    let build = || CedarAuthority::builder(SCHEMA, POLICIES);
    let faults = [
        build().agent_type("Robot").build(),
        build().agent_type("Team").build(),
        build().agent_type("").build(),
        build().user_type("Person").build(),
        build().resource_type("Shop").build(),
        build().default_resource("App", "shop").build(),
        build().default_resource("Vendor", "").build(),
        build().default_resource("Vendor", "deli.example ").build(),
        build().default_resource("Vendor", "deli.example.").build(),
    ];
    for fault in faults {
        let error = fault.unwrap_err();
        assert!(matches!(error, CedarError::EntityType { .. }), "{error:?}");
    }
}

#[test]
fn a_namespace_without_actions_denies() {
    let error = CedarAuthority::builder(SCHEMA, POLICIES).namespace("Shop").build().unwrap_err();
    assert!(matches!(error, CedarError::Namespace { .. }), "{error:?}");
    let two = format!(
        "{SCHEMA} namespace Bank {{ action wire appliesTo {{
        principal: Agent, resource: Vendor }}; }}"
    );
    let error = CedarAuthority::builder(&two, POLICIES).build().unwrap_err();
    assert!(matches!(error, CedarError::Namespace { .. }), "{error:?}");
    CedarAuthority::builder(two, POLICIES).namespace("").build().unwrap();
}

#[test]
fn entities_that_do_not_fit_the_schema_denies() {
    let json = r#"[{ "uid": { "type": "Vendor", "id": "deli.example" },
                     "attrs": { "category": 7 }, "parents": [] }]"#;
    let entities = cedar_policy::Entities::from_json_str(json, None).unwrap();
    let error = CedarAuthority::builder(SCHEMA, POLICIES).entities(entities).build().unwrap_err();
    assert!(matches!(error, CedarError::Entities { .. }), "{error:?}");
}

#[test]
fn a_count_that_is_not_met_denies() {
    let with = |count: &str| format!("// policies:{count}\n{POLICIES}");
    CedarAuthority::builder(SCHEMA, with(" 3")).build().unwrap();
    for (count, is_number) in [(" 2", true), (" 4", true), ("", false), (" three", false)] {
        let error = policies_refused(&with(count));
        let is_told = if is_number {
            matches!(error, CedarError::Count { found: 3, .. })
        } else {
            matches!(error, CedarError::Policies { .. })
        };
        assert!(is_told, "{count}: {error:?}");
    }
    // Cut between two policies.
    let cut = with(" 3");
    let cut = &cut[..cut.find("@id(\"no-casinos\")").unwrap()];
    assert!(matches!(policies_refused(cut), CedarError::Count { listed: 3, found: 2, .. }));
}
