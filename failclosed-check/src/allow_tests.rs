//! What allows, and what does not.
#![allow(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use jiff::civil::date;

use super::*;
use crate::source::{SourceFile, Unit};

const CODE: &str =
    "use failclosed::Guard;\npub struct Shop {\n    // COMMENT\n    pub guard: Option<Guard>,\n}\n";

fn ids(comment: &str, config: &str) -> Vec<&'static str> {
    let file = SourceFile::parse("src/a.rs", CODE.replace("// COMMENT", comment)).unwrap();
    let unit = Unit { name: "a".into(), roots: vec!["failclosed".into()], files: vec![file] };
    let config = Config::parse(config).unwrap();
    let findings = crate::lint::unit(&unit, &[]);
    let texts = unit.files.into_iter().map(|file| (file.path, file.text)).collect();
    let (kept, _) = apply_on(findings, &texts, &config, true, date(2026, 11, 26));
    kept.iter().map(|finding| finding.rule.id).collect()
}

#[test]
fn a_reason_allows_and_nothing_less() {
    for (comment, expected) in [
        ("", &["FC0204"][..]),
        ("// failclosed: allow(FC0204, reason = \"tests, only\")", &[]),
        ("// failclosed: allow(FC0204, reason = \"x\", expires = \"2026-11-26\")", &[]),
        (
            "// failclosed: allow(FC0204, reason = \"x\", expires = \"2026-11-25\")",
            &["FC0901", "FC0204"],
        ),
        ("// failclosed: allow(FC0204, reason = \"x\", expires = \"soon\")", &["FC0901", "FC0204"]),
        ("// failclosed: allow(FC0204)", &["FC0901", "FC0204"]),
        ("// failclosed: allow(FC0204, reason = \" \")", &["FC0901", "FC0204"]),
        ("// failclosed: allow(FC9999, reason = \"x\")", &["FC0901", "FC0204"]),
        ("// failclosed: allow(reason = \"x\")", &["FC0901", "FC0204"]),
        ("// failclosed: allow FC0204", &["FC0901", "FC0204"]),
        ("// failclosed: allow(FC0204, because = \"x\")", &["FC0901", "FC0204"]),
        ("// failclosed: allow(FC0205, reason = \"another rule\")", &["FC0204", "FC0902"]),
    ] {
        assert_eq!(ids(comment, ""), expected, "{comment}");
    }
}

#[test]
fn the_file_allows_where_it_says_and_until_it_says() {
    let allow = |more: &str| format!("[[allow]]\nrule = \"FC0204\"\nreason = \"x\"\n{more}");
    assert!(ids("", &allow("")).is_empty());
    assert!(ids("", &allow("in = \"Shop\"")).is_empty());
    assert_eq!(ids("", &allow("in = \"Other\"")), ["FC0204", "FC0902"]);
    assert_eq!(ids("", &allow("expires = \"2026-11-25\"")), ["FC0204", "FC0902"]);
}
