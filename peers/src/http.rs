//! HTTP clients that other people wrote, what they are told to send, and what they got.

use std::process::Command;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{node, python};

/// The clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    Httpx,
    Fetch,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
}

/// A purchase at coachella.com by whoever holds this token.
pub fn buy(token: &str, cents: i64) -> Call {
    let order = json!({"vendor": "coachella.com", "cents": cents});
    Call::new("POST", "/purchase")
        .with("content-type", "application/json")
        .with("authorization", &format!("Bearer {token}"))
        .body(&order.to_string())
}

impl Call {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: None }
    }

    /// With a further header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without the headers of this name.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub fn body(self, body: &str) -> Self {
        Self { body: Some(body.to_owned()), ..self }
    }
}

/// What a client got.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reply {
    pub status: u16,
    pub kind: String,
    pub body: String,
}

impl Reply {
    /// A denial's document, checked for its form; and everything in it that may not be there.
    pub fn problem(&self, status: u16, cause: &str) -> Value {
        assert_eq!((self.status, self.kind.as_str()), (status, "application/problem+json"));
        let problem: Value = serde_json::from_str(&self.body).expect("a problem document");
        let mut members: Vec<_> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["call", "cause", "detail", "status", "title", "type"], "{self:?}");
        assert_eq!((&problem["status"], &problem["cause"]), (&json!(status), &json!(cause)));
        problem
    }
}

impl Client {
    /// About to send these, one after the other or all at once.
    pub fn command(self, url: &str, together: bool, calls: &[Call]) -> Command {
        let mut command = match self {
            Self::Httpx => python("python", "http_py.py"),
            Self::Fetch => node("http_node.mjs"),
        };
        let job = json!({"url": url, "together": together, "calls": calls});
        command.arg(job.to_string());
        command
    }

    /// Sends these; the replies are in their order.
    pub fn send(self, url: &str, together: bool, calls: &[Call]) -> Vec<Reply> {
        let output = self.command(url, together, calls).output().expect("the client starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let replies: Vec<_> =
            text.lines().map(|line| serde_json::from_str(line).expect("a reply")).collect();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(replies.len(), calls.len(), "{self:?}: {text}{said}");
        replies
    }

    /// Sends this one.
    pub fn sends(self, url: &str, call: Call) -> Reply {
        self.send(url, false, &[call]).remove(0)
    }
}
