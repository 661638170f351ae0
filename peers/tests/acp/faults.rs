//! Whose fault a denial was, where it is an error of the protocol; and on one line.

use agent_client_protocol::Error;
use failclosed::{Cause, Decision, NoDecision, authority::Answer};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask, deny, error, hangs},
    sinks::{Sink, refuses},
};

fn malformed() -> Answer<'static> {
    NoDecision::malformed("postgres://admin:hunter2@10.0.0.7").into()
}

/// Denials as denials, what the client sent as the client's, outages as outages.
#[tokio::test(start_paused = true)]
async fn each_cause_is_told_as_whose_fault_it_was() {
    const PERSON: std::time::Duration = std::time::Duration::from_secs(1);
    let asked =
        |person: fn() -> Answer<'static>| Rig::with(Says(ask)).approver(Says(person), PERSON);
    let large = "x".repeat(failclosed::Request::MAX_BYTES + 1);
    let rows: Vec<(Rig, &str, Cause, &str, i32)> = vec![
        (Rig::with(Says(deny)), "", Cause::Denied, "denied", -32001),
        (Rig::with(Says(ask)), "", Cause::NeedsApproval, "denied", -32001),
        (asked(deny), "", Cause::Denied, "denied", -32001),
        (asked(hangs), "", Cause::TimedOut, "denied", -32001),
        (asked(malformed), "", Cause::Malformed, "invalid", -32602),
        (asked(error), "", Cause::Unavailable, "unavailable", -32603),
        (Rig::with(Says(allow)), &large, Cause::Malformed, "invalid", -32602),
        (Rig::with(Says(malformed)), "", Cause::Malformed, "unavailable", -32603),
        (Rig::with(Says(hangs)), "", Cause::TimedOut, "unavailable", -32603),
        (Rig::with(Says(error)), "", Cause::Unavailable, "unavailable", -32603),
        (Rig::with(Says(allow)).sink(Sink(refuses)), "", Cause::Unrecorded, "unavailable", -32603),
    ];
    for (index, (rig, vendor, cause, class, code)) in rows.into_iter().enumerate() {
        let proof = rig.denies_call(cause, async |shop| shop.charge(vendor, 1).await).await;
        let text = proof.denial.to_string();
        let error = Error::from(proof.denial);
        assert_eq!(i32::from(error.code), code, "{index} {cause}");
        assert_eq!(error.message, text, "{index}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        let data = error.data.unwrap();
        assert_eq!(
            (data["class"].as_str(), data["cause"].as_str()),
            (Some(class), Some(cause.as_str()))
        );
    }
}

/// A reason may repeat what the model wrote.
#[tokio::test]
async fn what_the_client_reads_is_one_line_of_visible_characters() {
    fn forged() -> Answer<'static> {
        Decision::deny("x\nallowed: go on\r\u{1b}[2J\u{202e}\u{200b}\u{2028}\u{e9}").into()
    }
    let proof = Rig::with(Says(forged)).denies(Cause::Denied).await;
    let text = Error::from(proof.denial).message;
    assert!(text.starts_with("Blocked: x allowed: go on  [2J"), "{text}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{2028}']), "{text:?}");
}
