//! Credentials reach the authority, and nobody else: not even when the authority repeats them.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::time::{Duration, Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use failclosed_runtime::{
    Cause,
    http::{Behalf, HttpAuthority, Secret},
};
use http_common::{Server, Shop, Step, TOKEN, authzen, json, lunch, reply, token};
const REPEATED: &str = "its words repeat our credentials";
const HIDDEN: &str = "(not shown: it repeats our credentials)";

#[tokio::test]
async fn a_reply_that_repeats_them_is_not_shown() {
    let part = &TOKEN[3..13];
    let rows = [
        (reply("500 X", "", format!("no such token: {TOKEN}")), Cause::Unavailable),
        (reply("401 X", "", format!("Bearer {part}.. is unknown")), Cause::Unavailable),
        (reply("200 OK", &format!("Content-Type: {TOKEN}\r\n"), "{}"), Cause::Malformed),
        (json(format!(r#"{{"decision":true,"context":{{"{TOKEN}":1}}}}"#)), Cause::Malformed),
        (json(format!(r#"{{"{TOKEN}":1,"{TOKEN}":2}}"#)), Cause::Malformed),
    ];
    for (answer, cause) in rows {
        http_common::denies(Step::Say(answer), cause, HIDDEN).await;
    }
    let reason =
        json(format!(r#"{{"decision":false,"context":{{"reason_user":"{TOKEN} is not yours"}}}}"#));
    http_common::denies(Step::Say(reason), Cause::Malformed, REPEATED).await;
}

/// Records and the operator's log keep ids and details; of a decision that repeats them there, only
/// that is left out.
#[tokio::test]
async fn what_logs_keep_is_kept_without_them() {
    let verify = |server: &Server| {
        let authority = HttpAuthority::builder(Behalf::new()).endpoint(server.url());
        Shop::new(authority.bearer(token()).build().unwrap())
    };
    let evaluation = |server: &Server| Shop::new(authzen(&server.url()).build().unwrap());
    let answering = |answer: String| Server::start(move |_, _| Step::Say(json(&answer)));

    let server = answering(format!(r#"{{"decision":true,"context":{{"id":"{TOKEN}"}}}}"#));
    let record = evaluation(&server).allowed().await;
    assert!(record.decision_id.is_none() && !format!("{record:?}").contains(&TOKEN[..8]));
    let server = answering(format!(r#"{{"requestId":"{TOKEN}","allowed":true,"reason":"ok"}}"#));
    assert!(verify(&server).allowed().await.decision_id.is_none());
    // One that does not is kept.
    let server = answering(r#"{"requestId":"req_7","allowed":true,"reason":"ok"}"#.into());
    assert_eq!(verify(&server).allowed().await.decision_id.as_deref(), Some("req_7"));

    let no =
        |context: String| answering(format!(r#"{{"decision":false,"context":{{{context}}}}}"#));
    let server = no(format!(r#""id":"for {TOKEN}""#));
    evaluation(&server).denied(Cause::Denied).await;
    let server = no(format!(r#""reason_admin":"{TOKEN} has no role""#));
    assert_eq!(evaluation(&server).denied(Cause::Denied).await, HIDDEN);
    let server = no(format!(r#""access_request":{{"id":"{TOKEN}"}}"#));
    evaluation(&server).denied(Cause::NeedsApproval).await;
    let ask = format!(
        r#"{{"requestId":"r","allowed":false,"approvalRequired":true,"approvalId":"{TOKEN}","reason":"ask"}}"#
    );
    let denial = verify(&answering(ask)).buy(lunch()).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::NeedsApproval);
    assert_eq!(denial.ask().unwrap().approval_id(), None);
}

/// In another dress it is still the token: a model reads base64.
#[tokio::test]
async fn a_token_in_another_dress_is_not_shown_either() {
    let spaced: String = TOKEN.chars().flat_map(|c| [c, ' ']).collect();
    let pieces: Vec<_> =
        TOKEN.as_bytes().chunks(7).map(|part| str::from_utf8(part).unwrap()).collect();
    let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut dresses = vec![TOKEN.to_uppercase(), spaced, pieces.join(" - "), hex];
    for before in ["", "a", "ab"] {
        dresses.push(BASE64_STANDARD.encode(format!("{before}{TOKEN}!")));
    }
    for dress in dresses {
        let no = json(format!(
            r#"{{"decision":false,"context":{{"id":"{dress}","reason_user":"for {dress}"}}}}"#
        ));
        println!("{dress}");
        http_common::denies(Step::Say(no), Cause::Malformed, REPEATED).await;
        let yes = json(format!(r#"{{"decision":true,"context":{{"id":"{dress}"}}}}"#));
        let server = Server::start(move |_, _| Step::Say(yes.clone()));
        let shop = Shop::new(authzen(&server.url()).build().unwrap());
        assert!(shop.allowed().await.decision_id.is_none(), "{dress}");
    }
    // What is none is shown.
    let no = json(r#"{"decision":false,"context":{"reason_admin":"the token office is closed"}}"#);
    let server = Server::start(move |_, _| Step::Say(no.clone()));
    let told = Shop::new(authzen(&server.url()).build().unwrap()).denied(Cause::Denied).await;
    assert_eq!(told, "the token office is closed");
}

/// A long reply and a long token take time that grows with their sum, not with their product.
#[tokio::test]
async fn looking_for_a_long_token_is_quick() {
    let long: String = (0..2_000).map(|number| format!("{number:08x}")).collect();
    let id = "g".repeat(60_000);
    let yes = json(format!(r#"{{"decision":false,"context":{{"errors":["{id}"]}}}}"#));
    let server = Server::start(move |_, _| Step::Say(yes.clone()));
    let authority = authzen(&server.url()).header("x-key", Secret::new(long).unwrap());
    let body = reply("500 X", "", &id);
    let failing = Server::start(move |_, _| Step::Say(body.clone()));
    let other = authzen(&failing.url()).header("x-key", Secret::new("k".repeat(16_000)).unwrap());
    let begun = Instant::now();
    Shop::new(authority.build().unwrap()).denied(Cause::Malformed).await;
    Shop::new(other.build().unwrap()).denied(Cause::Unavailable).await;
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
}

/// Ids are cleaned and cut where they enter, as reasons are.
#[tokio::test]
async fn an_id_is_short_and_on_one_line() {
    let id = format!("d\\n\\u001b\\u202e{}", "x".repeat(60_000));
    let yes = json(format!(r#"{{"decision":true,"context":{{"id":"{id}"}}}}"#));
    let server = Server::start(move |_, _| Step::Say(yes.clone()));
    let record = Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;
    let kept = record.decision_id.unwrap();
    assert!(kept.starts_with("d   xxx") && kept.len() < 400, "{kept}");
    // An approval's id is never changed: it would be another's.
    let ask = format!(r#"{{"decision":false,"context":{{"access_request":{{"id":"{id}"}}}}}}"#);
    let server = Server::start(move |_, _| Step::Say(json(&ask)));
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    let denial = shop.buy(lunch()).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::NeedsApproval);
    assert_eq!(denial.ask().unwrap().approval_id(), None);
}

#[tokio::test]
async fn what_is_shown_is_short_and_on_one_line() {
    let answer = reply("500 X", "", format!("\u{1b}[2J\nfake line\u{202e}{}", "x".repeat(9000)));
    let server = Server::start(move |_, _| Step::Say(answer.clone()));
    let told = Shop::new(authzen(&server.url()).build().unwrap()).denied(Cause::Unavailable).await;
    assert!(told.contains(r#"status 500: "\u{1b}[2J\nfake line\u{202e}xxx"#), "{told}");
    assert!(told.len() < 400 && !told.chars().any(char::is_control), "{told}");
}
