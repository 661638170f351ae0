//! What is listed, in each form.

use expect_test::{expect, expect_file};
use failclosed_check::manifest::How;
use serde_json::Value;

use crate::{home, manifest, run};

#[test]
fn a_terminal_of_80_columns_shows_every_executor() {
    let (code, text, _) = run(&home(), &[]);
    assert_eq!(code, 0);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    expect_file!["expected/table.txt"].assert_eq(&text);
}

#[test]
fn a_page_shows_every_executor() {
    let (code, text, _) = run(&home(), &["--format", "markdown"]);
    assert_eq!(code, 0);
    expect_file!["expected/page.md"].assert_eq(&text);
}

#[test]
fn every_way_of_being_guarded_is_told_apart() {
    let manifest = manifest(&home());
    let found: Vec<(&str, How)> =
        manifest.executors.iter().map(|one| (one.function.as_str(), one.guarded_by)).collect();
    let expected = [
        ("shop::erase", How::Run),
        ("shop::erase_with", How::Permit),
        ("shop::GuardedCourier::fetch", How::Decorator),
        ("shop::Payments::pay", How::Trait),
        ("shop::Shop::buy", How::Impl),
        ("shop::refund", How::Function),
        ("shop::Shop::ship", How::Impl),
    ];
    assert_eq!(found, expected);
    let of = |name: &str| manifest.executors.iter().find(|one| one.function == name).unwrap();
    assert_eq!(of("shop::Shop::buy").opens, ["self.stripe.open"]);
    assert_eq!(of("shop::Payments::pay").implemented_by, ["shop::<Bank as Payments>::pay"]);
    assert_eq!(of("shop::refund").guard.as_deref(), Some("&shop.guard"));
}

#[test]
fn json_is_what_its_schema_says() {
    let (code, text, _) = run(&home(), &["--format", "json"]);
    assert_eq!(code, 0);
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let schema = include_str!("../../schema/manifest-1.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&manifest).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");

    // The schema holds something: another version, and a member it does not know.
    let mut other = manifest.clone();
    other["version"] = 2.into();
    assert!(!schema.is_valid(&other));
    let mut other = manifest.clone();
    other["executors"][0]["acton"] = 1.into();
    assert!(!schema.is_valid(&other));
    let mut other = manifest;
    other["executors"][4]["arguments"][0]["cedar"] = "String".into();
    assert!(!schema.is_valid(&other));
}

#[test]
fn the_sample_of_the_check_has_a_guard_that_a_condition_takes_away() {
    let home = home().parent().unwrap().join("sample");
    let manifest = manifest(&home);
    let refund = manifest.executors.iter().find(|one| one.function == "payments::refund").unwrap();
    expect![[r#"feature = "enforce""#]].assert_eq(refund.guarded_if.as_deref().unwrap());
    let (code, text, _) = run(&home, &[]);
    assert_eq!(code, 0);
    assert!(text.contains("NOT GUARDED unless feature ="), "{text}");
}
