//! A manifest that was reviewed, and code that has changed since.

use std::{fs, path::PathBuf};

use crate::{home, run, scratch};

const BEFORE: &str = r#"
    #[derive(serde::Serialize)] pub struct Why { code: u8 }
    pub struct Shop { client: failclosed::Locked<Client, Pay> }
    #[requires_permission(action = "pay", resource = ("Vendor", vendor), skip(card))]
    pub async fn pay(vendor: &str, cents: u64, card: Card) -> R { work() }
    #[requires_permission(action = "refund")]
    pub async fn refund(cents: u64, why: Why) -> R { work() }
"#;

/// A workspace whose manifest was written, and then its code replaced.
fn changed(name: &str, from: &str, to: &str) -> (i32, String, String) {
    assert!(BEFORE.contains(from), "{from}");
    let home = scratch(name, BEFORE);
    let (code, ..) = run(&home, &["--write"]);
    assert_eq!(code, 0);
    fs::write(home.join("src/lib.rs"), BEFORE.replacen(from, to, 1)).unwrap();
    run(&home, &["--check"])
}

#[test]
fn nothing_changed_and_moved_lines_are_fine() {
    let (code, text, why) = changed("same", "pub struct", "\n\n// moved\n pub struct");
    assert_eq!((code, why.as_str()), (0, ""), "{text}");
    assert!(text.starts_with("0 changes; 2 executors"), "{text}");
}

#[test]
fn each_change_is_named_with_a_way_out() {
    let guard = r#"#[requires_permission(action = "refund")]"#;
    let cases = [
        (
            "lost",
            guard,
            "",
            "`lost::refund` (src/lib.rs) is not guarded any more, or not there: it asked for `refund`",
        ),
        (
            "hidden",
            guard,
            r#"#[cfg_attr(unix, requires_permission(action = "refund"))]"#,
            "when it is guarded changed: `none` -> `unix`",
        ),
        (
            "renamed",
            r#"action = "refund""#,
            r#"action = "pay""#,
            "the action changed: `refund` -> `pay`",
        ),
        (
            "typed",
            "refund(cents: u64",
            "refund(cents: i8",
            "the argument `cents` changed: `cents: u64` -> `cents: i8`",
        ),
        (
            "more",
            "refund(cents: u64",
            "refund(to: &str, cents: u64",
            "the argument `to` changed: `none` -> `to: &str`",
        ),
        (
            "field",
            "code: u8",
            "code: u8, text: String",
            "what `why` is to a policy changed: `{ code: Long }` -> `{ code: Long, text: String }`",
        ),
        (
            "less",
            "cents: u64, card",
            "card",
            "the argument `cents` changed: `cents: u64` -> `none`",
        ),
        (
            "skipped",
            "skip(card)",
            "skip(card, cents)",
            "the argument `cents` changed: `cents: u64` -> `cents: u64 (skipped)`",
        ),
        (
            "shown",
            ", skip(card)",
            "",
            "the argument `card` changed: `card: Card (skipped)` -> `card: Card`",
        ),
        (
            "masked",
            "skip(card)",
            "skip(card), mask(cents)",
            "`cents: u64` -> `cents: u64 (masked)`",
        ),
        ("elsewhere", r#"("Vendor", vendor)"#, r#"("Shop", vendor)"#, "the resource changed"),
        (
            "guard",
            "skip(card)",
            "skip(card), guard = lax()",
            "which guard asks changed: `none` -> `lax()`",
        ),
        (
            "unlocked",
            "failclosed::Locked<Client, Pay>",
            "Client",
            "`unlocked::Shop::client` is locked no longer",
        ),
        (
            "wider",
            "Locked<Client, Pay>",
            "Locked<Client, (Pay, Look)>",
            "the lock of `wider::Shop::client` changed",
        ),
        (
            "new",
            "#[derive",
            "#[requires_permission(action = \"x\")] async fn x() -> R { work() } #[derive",
            "`new::x` (src/lib.rs) is guarded, and not in the manifest: it asks for `x`",
        ),
    ];
    for (name, from, to, expected) in cases {
        let (code, text, why) = changed(name, from, to);
        assert_eq!((code, why.as_str()), (1, ""), "{name}: {text}");
        assert!(text.contains(expected), "{name}: {text}");
        assert!(text.contains("help: ") && text.contains("manifest --write"), "{name}: {text}");
        assert!(text.contains("\n1 change; "), "{name}: {text}");
    }
}

#[test]
fn what_cannot_be_read_is_no_result() {
    let home = scratch("unreadable", BEFORE);
    // Nothing was written yet.
    let (code, _, why) = run(&home, &["--check"]);
    assert_eq!(code, 4, "{why}");
    assert!(why.contains("help: write it with `cargo failclosed manifest --write"), "{why}");
    let path: PathBuf = home.join("failclosed.manifest.json");
    assert_eq!(run(&home, &["--write"]).0, 0);
    let kept = fs::read_to_string(&path).unwrap();
    assert!(!kept.contains("\"line\""), "{kept}");
    let broken = [
        (kept[..kept.len() / 2].to_owned(), "EOF"),
        (kept.replacen("\"version\": 1", "\"version\": 2", 1), "it has version 2, not 1"),
        (kept.replacen("\"function\"", "\"funktion\"", 1), "unknown field `funktion`"),
        (
            kept.replacen(
                "\"locked\"",
                "\"unread\": [{\"file\": \"x\", \"line\": 1, \"why\": \"y\"}], \"locked\"",
                1,
            ),
            "it was written with parts unread",
        ),
        (String::new(), "EOF"),
    ];
    for (text, expected) in broken {
        fs::write(&path, text).unwrap();
        let (code, said, why) = run(&home, &["--check"]);
        assert_eq!((code, said.as_str()), (4, ""), "{expected}: {why}");
        assert!(why.contains(expected), "{expected}: {why}");
    }
    // A file of Rust that does not parse.
    fs::write(&path, kept).unwrap();
    fs::write(home.join("src/lib.rs"), "fn half( {").unwrap();
    assert_eq!(run(&home, &["--check"]).0, 4);
}

#[test]
fn the_manifest_of_the_sample_can_be_kept() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("shop.manifest.json");
    let path = path.to_str().unwrap();
    assert_eq!(run(&home(), &["--write", path]).0, 0);
    let (code, text, _) = run(&home(), &["--check", path]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    for arguments in [
        &["--check", "x", "--write", "x"][..],
        &["--check", "x", "--format", "json"],
        &["--format", "xml"],
    ] {
        assert_eq!(run(&home(), arguments).0, 2, "{arguments:?}");
    }
}
