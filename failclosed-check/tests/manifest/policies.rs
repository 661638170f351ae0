//! The manifest beside policies.

use std::{fs, path::PathBuf};

use crate::{home, run, scratch};

const CODE: &str = r#"
    #[requires_permission(action = "pay")] async fn pay() -> R { work() }
    #[requires_permission(action = "look")] async fn look() -> R { work() }
    fn leaf(permit: &failclosed::Permit<'_, Other>) {}
"#;

fn beside(name: &str, files: &[(&str, &str)]) -> (i32, String, String) {
    let home = scratch(name, CODE);
    let policies: PathBuf = home.join("policies");
    fs::create_dir(&policies).unwrap();
    for (file, text) in files {
        fs::write(policies.join(file), text).unwrap();
    }
    run(&home, &["--policies", "policies"])
}

const PAY: &str = r#"@id("p") permit(principal, action == Action::"pay", resource);"#;
const LOOK: &str = r#"permit(principal, action in [Action::"look"], resource);"#;

#[test]
fn the_policies_of_the_sample_are_about_its_actions() {
    let (code, text, why) = run(&home(), &["--policies", "policies"]);
    assert_eq!((code, text.as_str(), why.as_str()), (0, "", ""));
}

#[test]
fn an_action_in_one_of_the_two_alone_is_named() {
    let (code, text, _) = beside("both", &[("a.cedar", PAY), ("b.cedar", LOOK)]);
    assert_eq!((code, text.as_str()), (0, ""));

    let (code, text, _) = beside("unmentioned", &[("a.cedar", PAY)]);
    assert_eq!(code, 1);
    assert!(text.starts_with("no policy mentions the action `look`, so it is always denied: unmentioned::look\nhelp: "), "{text}");

    let typo = PAY.replace("Action::\"pay\"", "Action::\"pya\"");
    let (code, text, _) = beside("typo", &[("a.cedar", &typo), ("b.cedar", LOOK)]);
    assert_eq!(code, 1);
    assert!(text.contains("no policy mentions the action `pay`"), "{text}");
    assert!(
        text.contains("no executor asks for the action `pya`: a.cedar (`p`)\nhelp: "),
        "{text}"
    );

    // In a condition, it is mentioned as well.
    let condition = r#"permit(principal, action, resource) when { action == Action::"look" };"#;
    let (code, text, _) = beside("condition", &[("a.cedar", PAY), ("b.cedar", condition)]);
    assert_eq!((code, text.as_str()), (0, ""));
}

#[test]
fn groups_and_policies_about_everything_are_understood() {
    let group = r#"permit(principal, action in [Action::"all"], resource);"#;
    let schema = r#"entity Agent; action all; action pay, look in [all] appliesTo { principal: Agent, resource: Agent };"#;
    let files = [("a.cedar", group), ("s.cedarschema", schema)];
    let (code, text, why) = beside("group", &files);
    assert_eq!((code, text.as_str()), (0, ""), "{why}");
    // Without the schema nobody knows what is in the group.
    assert_eq!(beside("no_group", &files[..1]).0, 1);

    let all = "permit(principal, action, resource);";
    let (code, text, _) = beside("all", &[("a.cedar", all)]);
    assert_eq!(code, 0);
    assert!(
        text.contains("note: `pay` is mentioned by policies about every action alone"),
        "{text}"
    );
}

#[test]
fn policies_that_cannot_be_read_are_no_result() {
    let template = r#"permit(principal == ?principal, action == Action::"pay", resource);"#;
    let cases = [
        ("none", &[][..]),
        ("hidden", &[(".a.cedar", PAY)]),
        ("half", &[("a.cedar", "permit(principal, action")]),
        ("template", &[("a.cedar", template)]),
        ("half_schema", &[("a.cedar", PAY), ("s.cedarschema", "entity {")]),
    ];
    for (name, files) in cases {
        let (code, text, why) = beside(&format!("policies_{name}"), files);
        assert_eq!((code, text.as_str()), (4, ""), "{name}: {why}");
    }
    assert_eq!(run(&home(), &["--policies", "nowhere"]).0, 4);
    // Which action it is decides whether a policy is about it.
    let foreign = scratch(
        "foreign",
        "#[requires_permission(action = bank::Pay)] async fn x() -> R { work() }",
    );
    fs::create_dir(foreign.join("policies")).unwrap();
    fs::write(foreign.join("policies/a.cedar"), PAY).unwrap();
    assert_eq!(run(&foreign, &["--policies", "policies"]).0, 4);
}
