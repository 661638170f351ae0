//! Who a log is sent to, and what is made of its replies.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use failclosed_runtime::audit::Record;

use super::{Form, Options, http::Client, otlp, syslog::Syslog};
use crate::log::{Refusal, text};

/// Tokens and certificates are short.
const MOST_BYTES: u64 = 1 << 20;

/// Why a batch is not acknowledged.
#[derive(Debug)]
pub(super) enum Fault {
    /// It may be, later.
    Later { why: String, after: Option<Duration> },
    /// It is never: something in it does not fit.
    Unfit { why: String },
    /// Nor is any other.
    Never { why: String },
}

impl Fault {
    pub(super) fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), after: None }
    }
}

pub(super) enum Receiver {
    Http { client: Client, form: Form, service: String },
    Syslog(Syslog),
}

/// # Errors
/// An address that the form does not go to, and files that cannot be read.
pub(super) fn of(options: &Options) -> Result<Receiver, Refusal> {
    let timeout = Duration::from_secs(options.timeout);
    if options.form == Form::Syslog {
        if options.token.is_some() || options.ca.is_some() {
            // FAIL CLOSED: whoever gives them counts on them.
            let why = "syslog over TCP knows neither a token nor certificates\nhelp: send it to a relay on this \
                       machine that does TLS: `--to tcp://127.0.0.1:601`";
            return Err(Refusal::undecided(why));
        }
        return Syslog::to(&options.to, timeout).map(Receiver::Syslog);
    }
    let token = options.token.as_deref().map(|file| small(file, "token")).transpose()?;
    let roots = options.ca.as_deref().map(|file| small(file, "certificates")).transpose()?;
    let client = Client::to(&options.to, token, roots.as_deref(), timeout)?;
    Ok(Receiver::Http { client, form: options.form, service: options.service.clone() })
}

impl Receiver {
    /// A record in the receiver's form.
    ///
    /// # Errors
    /// One that has no such form.
    pub(super) fn encode(&self, record: &Record, line: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Http { form: Form::Otlp, .. } => otlp::record(record, line),
            Self::Http { .. } => Ok(line.to_owned()),
            Self::Syslog(_) => super::syslog::frame(record, line),
        }
    }

    /// Sends records, and returns when all of them are acknowledged.
    pub(super) fn send(&mut self, items: &[Vec<u8>]) -> Result<(), Fault> {
        match self {
            Self::Http { client, form: Form::Otlp, service } => {
                let reply = client.post("application/json", &otlp::request(service, items))?;
                otlp::acknowledged(&reply)
            }
            Self::Http { client, form: Form::Array, .. } => {
                let body = [b"[".as_slice(), &items.join(&b','), b"]"].concat();
                client.post("application/json", &body).map(drop)
            }
            Self::Http { client, .. } => {
                let body = [items.join(&b'\n').as_slice(), b"\n"].concat();
                client.post("application/x-ndjson", &body).map(drop)
            }
            Self::Syslog(syslog) => syslog.send(items),
        }
    }

    /// A receiver may repeat in an error what it was sent.
    pub(super) fn without_token(&self, why: &str) -> String {
        match self {
            Self::Http { client, .. } => client.without_token(why),
            Self::Syslog(_) => why.to_owned(),
        }
    }
}

/// The text of a small file.
fn small(file: &Path, what: &str) -> Result<String, Refusal> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        File::open(file)?.take(MOST_BYTES).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|error| {
        Refusal::undecided(format!("cannot read the {what} in {}: {error}", text::path(file)))
    })
}
