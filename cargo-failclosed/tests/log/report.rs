//! The page: what it says, that names on it are only names, and what becomes of a file.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::{ALLOW, DENY, DONE, Scratch, log, run};

const HOSTILE: &str = r#"<script>alert(1)</script>\"'&<img src=x onerror=y>\u001b[2J\u202e\u200b"#;

fn made() -> Scratch {
    let hostile = DENY.replace("wipe", HOSTILE).replace("c2", HOSTILE);
    let by_a_person = ALLOW.replace("c1", "c5")
        + r#","approval":{"question":"q","through":"terminal","by":"<b>bob"}"#;
    let late = DENY.replace("policy", "timed_out");
    let no = DENY.replace("policy", "denied");
    let check = format!("{},\"self_check\":true", DENY.replace("wipe", "self"));
    let careless = ALLOW.replace("c1", "c<6>") + r#","danger":"a <i>test""#;
    let lost = r#""record":"lost","at_ms":1700000003000,"outcomes":3"#;
    log(&[ALLOW, DONE, &hostile, &by_a_person, &late, &no, &check, &careless, lost]).0
}

fn page(scratch: &Scratch) -> String {
    let (code, out, err) = run("report", &scratch.0, &[]);
    assert_eq!(code, Some(0), "{err}");
    out
}

#[test]
fn a_page_says_what_happened() {
    let page = page(&made());
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{page}");
    for said in [
        "The log is whole: 9 records.",
        "<b>6</b>decisions",
        "<li class=\"allowed\"><b>2</b>allowed",
        "<li class=\"approved\"><b>1</b>approved by a person",
        "<li class=\"refused\"><b>1</b>refused",
        // A cause that is not known is no refusal by anybody.
        "<li class=\"unanswered\"><b>2</b>blocked without an answer",
        "<b>2</b>with an unknown outcome",
        "<td>timed_out</td>",
        "&lt;b&gt;bob, through terminal",
        "<code>c&lt;6&gt;</code>",
        "1 decision under a dangerous mode: a &lt;i&gt;test",
        "1 self check, not counted above; 3 outcomes lost",
        "2023-11-14T22:13:20Z to 2023-11-14T22:13:23Z",
        "<svg viewBox=\"0 0 900",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    // What nobody asked is not in the tables.
    assert!(!page.contains("<td>self</td>"), "{page}");
}

#[test]
fn a_name_is_only_a_name() {
    let page = page(&made());
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    for tag in
        ["<script", "<img", "<i>", "<link", "<iframe", "http://", "https://", "url(", "@import"]
    {
        assert!(!page.contains(tag), "{tag}\n{page}");
    }
    let shown = |c: char| c == '\n' || !(c.is_control() || ('\u{200b}'..='\u{202e}').contains(&c));
    assert!(page.chars().all(shown), "{page:?}");
    // No tag and no attribute but our own.
    let tags = page.matches('<').count();
    assert_eq!(tags, page.matches('>').count(), "{page}");
    assert!(page.contains("default-src 'none'"), "{page}");
}

#[test]
fn a_file_is_replaced_only_when_that_is_said() {
    let scratch = made();
    let file = scratch.0.with_extension("html");
    let out = file.to_str().unwrap();
    let (code, said, _) = run("report", &scratch.0, &["--out", out]);
    assert_eq!((code, said), (Some(0), format!("{out}: 9 records\n")));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&file, "mine").unwrap();
    let (code, _, err) = run("report", &scratch.0, &["--out", out]);
    assert!(code == Some(2) && err.contains("help: `--force` replaces it"), "{err}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(run("report", &scratch.0, &["--out", out, "--force"]).0, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), page(&scratch).trim_end());
    // A link is replaced, and what it leads to is not.
    let kept = scratch.0.with_extension("kept");
    fs::write(&kept, "mine").unwrap();
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&kept, &file).unwrap();
    assert_eq!(run("report", &scratch.0, &["--out", out]).0, Some(2));
    assert_eq!(run("report", &scratch.0, &["--out", out, "--force"]).0, Some(0));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");
    fs::remove_file(&file).unwrap();
    fs::remove_file(&kept).unwrap();
}

#[test]
fn of_a_log_that_is_not_whole_there_is_no_page() {
    let (scratch, hash) = log(&[ALLOW, DONE, DENY]);
    let file = scratch.0.with_extension("none");
    let out = file.to_str().unwrap();
    assert_eq!(run("report", &scratch.0, &["--out", out, "--expect", "another"]).0, Some(1));
    let segment = crate::segment(&scratch);
    let text = fs::read_to_string(&segment).unwrap();
    fs::write(&segment, text.replace("\"wipe\"", "\"pay\"")).unwrap();
    assert_eq!(run("report", &scratch.0, &["--out", out, "--expect", &hash]).0, Some(1));
    fs::write(&segment, "").unwrap();
    assert_eq!(run("report", &scratch.0, &["--out", out]).0, Some(2));
    assert!(!file.exists());
    fs::write(&segment, text).unwrap();
    let (code, page, _) = run("report", &scratch.0, &["--expect", &hash]);
    assert!(
        code == Some(0) && !page.contains("not noticed") && page.contains("whole: 3 records"),
        "{page}"
    );
}
