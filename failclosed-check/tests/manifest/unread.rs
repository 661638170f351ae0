//! What cannot be read is never left out without a word.

use crate::{run, scratch};

#[test]
fn what_may_be_an_executor_and_cannot_be_read_is_no_result() {
    let cases = [
        (
            "in_macro",
            "make!(#[requires_permission(action = \"x\")] => fn x);",
            "src/lib.rs:1: functions with `#[requires_permission]` are made in a macro here",
        ),
        (
            "macro_rules",
            "macro_rules! make { ($n:ident) => { #[requires_permission(action = \"x\")] async fn $n() {} } }",
            "src/lib.rs:1: functions with",
        ),
        (
            "misspelled",
            "#[requires_permission(acton = \"x\")] async fn x() {}",
            "unknown key `acton`",
        ),
        ("blank", "\n#[requires_permission] async fn x() {}", "src/lib.rs:2: `action` is missing"),
        (
            "condition",
            "#[cfg_attr(unix, requires_permission(=))] async fn x() {}",
            "src/lib.rs:1: ",
        ),
        ("derived", "#[derive(Action)] #[action(nam = \"x\")] struct X;", "unknown option `nam`"),
        ("whole", "#[guarded(gard = x)] impl X {}", "unknown key `gard`"),
    ];
    for (name, code, expected) in cases {
        let home = scratch(name, code);
        for arguments in [&["--format", "json"][..], &["--write"]] {
            let (code, _, why) = run(&home, arguments);
            assert_eq!(code, 4, "{name}: {why}");
            assert!(why.contains(expected), "{name}: {why}");
        }
        assert!(!home.join("failclosed.manifest.json").exists(), "{name}");
    }
}

#[test]
fn a_macro_of_plain_items_and_other_names_are_read() {
    let code = r#"
        use failclosed::requires_permission as needs;
        cfg_if! { #[needs(action = "a")] async fn a() -> R { work() } }
        mod inner {
            items! { #[failclosed::requires_permission(action = "b")] async fn b(x: u8) -> R { work() } }
        }
        #[cfg(unix)]
        #[needs(action = "c")]
        async fn c(#[cfg(unix)] x: u8) -> R {
            #[failclosed::requires_permission(action = "d")]
            async fn d() -> R { work() }
            d().await
        }
        #[cfg(test)] mod tests { #[requires_permission(action = "e")] async fn e() {} }
    "#;
    let (code, text, why) = run(&scratch("names", code), &["--format", "json"]);
    assert_eq!((code, why.as_str()), (0, ""));
    for function in ["names::inner::b", "names::c", "names::c::d"] {
        assert!(text.contains(&format!("\"{function}\"")), "{function}: {text}");
    }
    assert!(!text.contains("tests::e"), "{text}");
    assert!(text.contains("\"optional\": \"Long\""), "{text}");
}

#[test]
fn no_source_at_all_is_no_result() {
    let home = scratch("empty", "");
    std::fs::remove_file(home.join("src/lib.rs")).unwrap();
    assert_ne!(run(&home, &[]).0, 0);
}
