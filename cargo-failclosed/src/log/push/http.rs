//! One POST a batch. Nothing is followed elsewhere, no proxy of the environment is asked, and what is no
//! whole reply with a status of success is no acknowledgement.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use ureq::{
    Agent,
    http::{HeaderMap, StatusCode, Uri},
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::receiver::Fault;
use crate::log::{Refusal, text};

/// More of a reply than this is none.
const MOST_BYTES: u64 = 64 * 1024;
/// How much of a reply is shown in an error.
const SHOWN: usize = 300;
const CONNECT: Duration = Duration::from_secs(10);

pub(super) struct Client {
    agent: Agent,
    to: Uri,
    token: Option<SecretString>,
}

/// What came back with a status of success.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) is_json: bool,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// # Errors
    /// What is no address to send records to, a token that is none or would be sent in the clear, and
    /// certificates that cannot be read.
    pub(super) fn to(
        to: &str,
        token: Option<String>,
        roots: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, Refusal> {
        let to = address(to)?;
        let token = token.map(|token| bearer(&to, token)).transpose()?;
        let roots = match roots {
            Some(pem) => RootCerts::Specific(Arc::new(certificates(pem)?)),
            // Compiled in: a variable must not choose who is trusted.
            None => RootCerts::WebPki,
        };
        let config = Agent::config_builder()
            .max_redirects(0)
            // A redirect is a reply like any other, and no success.
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(CONNECT.min(timeout)))
            .user_agent(concat!("failclosed/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Ok(Self { agent: Agent::new_with_config(config), to, token })
    }

    /// # Errors
    /// Whatever is no success.
    pub(super) fn post(&self, kind: &str, body: &[u8]) -> Result<Reply, Fault> {
        let mut request = self.agent.post(&self.to).header("content-type", kind);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.expose_secret()));
        }
        let unanswered = |error: ureq::Error| Fault::later(format!("no reply: {error}"));
        let mut reply = request.send(body).map_err(unanswered)?;
        let status = reply.status();
        let after = retry_after(reply.headers());
        let is_json = reply.body().mime_type() == Some("application/json");
        // To its end: a reply that breaks off is none.
        let body = reply.body_mut().with_config().limit(MOST_BYTES).read_to_vec();
        if status.is_success() {
            return body.map(|body| Reply { is_json, body }).map_err(unanswered);
        }
        let why = said(status, &body.unwrap_or_default());
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Fault::Later { why, after }
            }
            status if status.is_server_error() => Fault::Later { why, after },
            StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY => Fault::Unfit { why },
            // FAIL CLOSED: also a redirect. Who it leads to was not named, and would get the token.
            _ => Fault::Never { why },
        })
    }

    pub(super) fn without_token(&self, why: &str) -> String {
        match &self.token {
            Some(token) => why.replace(token.expose_secret(), "(the token)"),
            None => why.to_owned(),
        }
    }
}

fn said(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text: String = text.trim().chars().take(SHOWN).collect();
    let hint = if status.is_redirection() { " (redirects are not followed)" } else { "" };
    if text.is_empty() {
        format!("status {status}{hint}")
    } else {
        format!("status {status}{hint}: {text}")
    }
}

/// In seconds; a date is not worth a calendar.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn address(to: &str) -> Result<Uri, Refusal> {
    let refused = |why: &str| {
        // Not shown: it may have a password in it.
        Refusal::undecided(format!(
            "`--to` {why}\nhelp: give the whole address: `--to https://collector.example:4318/v1/logs`"
        ))
    };
    let uri: Uri = to.parse().map_err(|_| refused("is no address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(refused("is not an address of HTTP"));
    }
    let authority = uri.authority().ok_or_else(|| refused("names no host"))?;
    if authority.as_str().contains('@') {
        // FAIL CLOSED: what is in an address is shown in every list of processes.
        return Err(refused("has a name or a password in it: `--token FILE` is for that"));
    }
    Ok(uri)
}

fn bearer(to: &Uri, token: String) -> Result<SecretString, Refusal> {
    let token = SecretString::from(token);
    let text = token.expose_secret().trim_end_matches(['\r', '\n']);
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let why = "the token is empty, or has other characters in it than a token\nhelp: one line, nothing else";
        return Err(Refusal::undecided(why));
    }
    let host = to.host().unwrap_or_default();
    let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    if to.scheme_str() != Some("https") && !here {
        // FAIL CLOSED: whoever listens on the way would have it.
        return Err(Refusal::undecided(format!(
            "the token would be sent in the clear to {}\nhelp: `--to https://..`",
            text::line(host)
        )));
    }
    Ok(SecretString::from(text.to_owned()))
}

fn certificates(pem: &str) -> Result<Vec<ureq::tls::Certificate<'static>>, Refusal> {
    let mut found = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(Refusal::undecided(format!("`--ca` is no PEM: {error}"))),
        }
    }
    if found.is_empty() {
        // FAIL CLOSED: nobody is trusted, and not everybody.
        return Err(Refusal::undecided("`--ca` has no certificate in it\nhelp: give one in PEM"));
    }
    Ok(found)
}
