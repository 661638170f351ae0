//! The client's end of the line protocol.

use std::{
    io::{self, BufRead, Write},
    time::Duration,
};

use failclosed_drill::{Format, Verdict};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::json;

use crate::{naive, ours, typed};

/// One question, as the drill puts it.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) drill: String,
    #[serde(deserialize_with = "format")]
    pub(crate) format: Format,
    pub(crate) url: String,
    pub(crate) path: String,
    pub(crate) question: String,
    pub(crate) ca: String,
    pub(crate) deadline_ms: u64,
}

impl Question {
    pub(crate) fn endpoint(&self) -> String {
        format!("{}{}", self.url, self.path)
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}

/// Answers lines until there are no more.
pub(crate) fn answer(client: &str) -> Result<(), Box<dyn std::error::Error>> {
    install_provider();
    // One runtime and one pool of connections for all questions, as in a program that lives.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (naive, typed) = (naive::Client::default(), typed::Client::default());
    let ours = ours::Client::default();
    for line in io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let verdict: Verdict = runtime.block_on(async {
            match client {
                "naive" => naive.verdict(&question).await,
                "typed" => typed.verdict(&question).await,
                "ours" => ours.verdict(&question).await,
                other => Verdict::refused(format!("no client {other}")),
            }
        });
        let answer = json!({
            "drill": question.drill,
            "executed": verdict.executed,
            "cause": verdict.cause,
        });
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// The TLS of these clients. A second call finds it there.
pub(crate) fn install_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Why a client refuses, with what is behind it.
pub(crate) fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

fn format<'de, D: Deserializer<'de>>(text: D) -> Result<Format, D::Error> {
    String::deserialize(text)?.parse().map_err(D::Error::custom)
}
