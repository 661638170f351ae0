//! Credentials reach the authority, and nobody else: not even when the authority repeats them.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};

use failclosed_runtime::{
    Cause, Denial,
    http::{Behalf, HttpAuthority},
};
use http_common::{Server, Shop, Step, TOKEN, authzen, json, lunch, reply, token};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

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

/// The records and the operator's log keep ids and details as they come.
#[tokio::test]
async fn nor_is_a_decision_kept_that_does() {
    for answer in [
        format!(r#"{{"decision":true,"context":{{"id":"{TOKEN}"}}}}"#),
        format!(r#"{{"decision":false,"context":{{"id":"for {TOKEN}"}}}}"#),
        format!(r#"{{"decision":false,"context":{{"reason_admin":"{TOKEN} has no role"}}}}"#),
        format!(r#"{{"decision":false,"context":{{"access_request":{{"id":"{TOKEN}"}}}}}}"#),
    ] {
        http_common::denies(Step::Say(json(answer)), Cause::Malformed, REPEATED).await;
    }
    for answer in [
        format!(r#"{{"requestId":"{TOKEN}","allowed":true,"reason":"ok"}}"#),
        format!(r#"{{"requestId":"{TOKEN}","allowed":false,"reason":"no"}}"#),
        format!(
            r#"{{"requestId":"r","allowed":false,"approvalRequired":true,"approvalId":"{TOKEN}","reason":"ask"}}"#
        ),
        format!(
            r#"{{"requestId":"r","allowed":false,"approvalRequired":true,"reason":"ask {TOKEN}"}}"#
        ),
    ] {
        let server = Server::start(move |_, _| Step::Say(json(&answer)));
        let authority = HttpAuthority::builder(Behalf::new()).endpoint(server.url());
        let shop = Shop::new(authority.bearer(token()).build().unwrap());
        let told = shop.denied(Cause::Malformed).await;
        assert!(told.contains(REPEATED), "{told}");
    }
}

#[tokio::test]
async fn what_is_shown_is_short_and_on_one_line() {
    let answer = reply("500 X", "", format!("\u{1b}[2J\nfake line\u{202e}{}", "x".repeat(9000)));
    let server = Server::start(move |_, _| Step::Say(answer.clone()));
    let told = Shop::new(authzen(&server.url()).build().unwrap()).denied(Cause::Unavailable).await;
    assert!(told.contains(r#"status 500: "\u{1b}[2J\nfake line\u{202e}xxx"#), "{told}");
    assert!(told.len() < 400 && !told.chars().any(char::is_control), "{told}");
}

/// Everything that is logged by anybody while questions are asked and answered.
#[test]
fn nothing_is_logged() {
    let log = Everything::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for step in [
            Step::Say(json(r#"{"decision":true}"#)),
            Step::Say(json(r#"{"decision":false}"#)),
            Step::Say(reply("503 X", "", TOKEN)),
            Step::Close(Vec::new()),
            Step::Say(b"nonsense\r\n\r\n".to_vec()),
        ] {
            let server = Server::start(move |_, _| step.clone());
            let authority = authzen(&server.url()).header("x-developer-token", token());
            let shop = Shop::new(authority.build().unwrap());
            let _: Result<(), Denial> = shop.buy(lunch()).await;
            let seen = server.seen();
            assert_eq!(seen[0].header("x-developer-token"), Some(TOKEN));
        }
    });
    let lines = log.0.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("asking again")), "{lines:#?}");
    for line in lines.iter() {
        assert!(!line.contains(&TOKEN[..8]), "{line}");
    }
}

/// Keeps every event and span of every crate as text.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = Line(attributes.metadata().target().into());
        attributes.record(&mut line);
        self.0.lock().unwrap().push(line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, record: &Record<'_>) {
        let mut line = Line(String::new());
        record.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().into());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
