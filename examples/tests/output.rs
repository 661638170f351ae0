//! The examples say what they are meant to show, and exit well.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

use failclosed::audit::verify_each;

/// Runs an example that `cargo test` has built beside this test.
fn run(example: &str) -> String {
    run_with(example, &[])
}

fn run_with(example: &str, arguments: &[&Path]) -> String {
    let mut path: PathBuf = env::current_exe().expect("the test's own path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let program = path.join("examples").join(format!("{example}{}", env::consts::EXE_SUFFIX));
    let output = Command::new(&program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo test`", program.display()));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{example} failed:\n{text}");
    text
}

#[test]
fn purchase_shows_an_allow_a_denial_and_an_outage() {
    let directory = env::temp_dir().join(format!("failclosed-purchase-{}", process::id()));
    let text = run_with("purchase", &[&directory]);
    assert_eq!(
        text.matches(">>> the card is charged").count(),
        1,
        "one purchase of three:\n{text}"
    );
    let lines = [
        "Bought: receipt for 120.00 EUR at coachella.com",
        "Blocked: purchases over 500.00 EUR are not allowed",
        "rule \"spending-limit\"",
        "Permission check unavailable. Action blocked. (the permission authority could not be reached)",
        "Connection refused",
        "failclosed log show ",
    ];
    in_order(&text, &lines);

    let mut recorded = Vec::new();
    let each = |record: &failclosed::audit::Record| {
        let said = [&record.verdict, &record.outcome, &record.action, &record.cause];
        recorded
            .push(said.map(|part| part.clone().unwrap_or_default()).join(" ").trim().to_owned());
    };
    let whole = verify_each(&directory, each).expect("a log").expect("a whole one");
    assert_eq!(whole.records, 5);
    let said = [
        "deny  failclosed:canary denied",
        "allow  purchase",
        " completed purchase",
        "deny  purchase denied",
        "deny  purchase unavailable",
    ];
    assert_eq!(recorded, said.map(str::trim));
    fs::remove_dir_all(&directory).expect("its directory");
}

fn in_order(text: &str, lines: &[&str]) {
    let mut rest = text;
    for line in lines {
        let at =
            rest.find(line).unwrap_or_else(|| panic!("`{line}` is missing, or too early:\n{text}"));
        rest = &rest[at + line.len()..];
    }
}

#[cfg(feature = "http")]
#[test]
fn authority_down_shows_why_nothing_was_bought() {
    let text = run("authority_down");
    assert_eq!(text.matches(">>> the card is charged").count(), 2, "two of six:\n{text}");
    let unavailable = "Permission check unavailable. Action blocked.";
    let lines = [
        "The permission server is up.",
        "Bought: receipt for 120.00 EUR at coachella.com",
        "Blocked: purchases over 500.00 EUR are not allowed",
        "(SIGSTOP)",
        &format!("{unavailable} (the permission authority did not answer in time)"),
        "(SIGKILL)",
        &format!("{unavailable} (the permission authority could not be reached)"),
        "a login page",
        &format!("{unavailable} (the permission authority gave no valid answer)"),
        "is not `application/json` but",
        "It is back.",
        "Bought: receipt for 120.00 EUR at coachella.com",
        "deny (denied)       failclosed:canary",
        "allow               purchase",
        "completed           purchase",
        "deny (denied)       purchase",
        "deny (timed_out)    purchase",
        "deny (unavailable)  purchase",
        "deny (malformed)    purchase",
        "allow               purchase",
        "completed           purchase",
    ];
    in_order(&text, &lines);
}

#[test]
fn the_expanded_twin_decides_alike() {
    let text = run("purchase_expanded");
    assert_eq!(text.matches(">>> the card is charged").count(), 1, "{text}");
    assert!(text.contains("Bought: receipt for 120.00 EUR at coachella.com"), "{text}");
    assert!(text.contains("Blocked: purchases over 500.00 EUR are not allowed"), "{text}");
}

#[test]
fn retry_authorises_each_attempt() {
    let text = run("retry");
    assert_eq!(text.matches(">>> the fallback ships").count(), 1, "{text}");
    assert_eq!(text.matches(">>> the primary ships").count(), 0, "{text}");
    assert!(text.contains("Shipped: 400 g to Lisbon by the fallback"), "{text}");
    assert!(text.contains("Blocked: the budget is spent"), "{text}");
    // Three allows and one denial, besides the self check's.
    assert_eq!(text.matches("allow               ship").count(), 3, "{text}");
    assert_eq!(text.matches("deny (denied)       ship").count(), 1, "{text}");
    assert_eq!(text.matches("failed              ship").count(), 2, "{text}");
}

#[cfg(feature = "otel")]
#[test]
fn otel_is_given_spans_and_metrics() {
    let directory = env::temp_dir().join(format!("failclosed-otel-{}", process::id()));
    let text = run_with("otel", &[&directory]);
    let lines = [
        "bought: 12000 cents",
        "Blocked: purchases over 500.00 EUR are not allowed",
        "the shop is closed",
        "spans:",
        "`authorize purchase`, below `turn`, status Unset",
        "failclosed.rule=small-sums",
        "failclosed.verdict=allow gen_ai.agent.name=shopper",
        "event `allowed`",
        "`execute purchase`, below `turn`, status Unset",
        "failclosed.outcome=completed",
        // A denial is no error.
        "`authorize purchase`, below `turn`, status Unset",
        "failclosed.cause=denied",
        "event `denied`",
        "`execute purchase`, below `turn`, status Error",
        "error.type=failed",
        "metrics:",
        "failclosed.bodies failclosed.action.kind=purchase failclosed.outcome=completed = 1",
        "failclosed.bodies failclosed.action.kind=purchase failclosed.outcome=failed = 1",
        "failclosed.body.duration failclosed.action.kind=purchase failclosed.outcome=completed count=1 unit=s",
        "failclosed.decision.duration failclosed.action.kind=purchase failclosed.cause=denied",
        "failclosed.decisions failclosed.action.kind=purchase failclosed.cause=denied",
        "failclosed.verdict=allow = 2",
        "failclosed.log.waiting = 0",
    ];
    in_order(&text, &lines);
    assert_eq!(text.matches("`execute purchase`").count(), 2, "two bodies of three calls:\n{text}");
    fs::remove_dir_all(&directory).expect("its directory");
}

#[cfg(feature = "rig")]
#[test]
fn rig_tool_shows_what_the_model_reads() {
    let text = run("rig_tool");
    assert_eq!(text.matches(">>> the card is charged").count(), 1, "one purchase of four:\n{text}");
    let lines = [
        "`purchase` with 80.00 EUR",
        "80.00 EUR at coachella.com",
        "`purchase` with 120.00 EUR",
        "the model reads: Blocked: a person must approve this.",
        "`purchase` with 742.00 EUR",
        "the model reads: Blocked: purchases over 500.00 EUR are not allowed",
        "nobody gave a guard",
        "the model reads: Permission check unavailable. Action blocked. (no permission authority is configured)",
    ];
    in_order(&text, &lines);
}
