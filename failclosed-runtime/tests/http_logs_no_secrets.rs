//! Credentials are in nobody's log: all that any crate logs while questions are asked and answered. A process
//! of its own, with a subscriber for the whole of it.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod http_common;

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};

use failclosed_runtime::Denial;
use http_common::{Server, Shop, Step, TOKEN, authzen, json, lunch, reply, token};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

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
