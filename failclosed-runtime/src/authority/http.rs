//! Authorities across a network: one strict HTTP engine, and a small dialect for each wire format.
//!
//! An engine that asks a service has more ways to be wrong than to be right, and each has let
//! somebody in: a redirect to a host that says yes, a proxy from the environment, a `true` in an
//! error page, an answer after the deadline. Here exactly one thing is an answer: status 200, one
//! JSON object in `application/json`, whole, in time, from the host that was asked. What it means is
//! the dialect's to say. Everything else is *unavailable*, *malformed* or *timed out*, and so a
//! denial.
//!
//! No environment variable has an effect: not `HTTPS_PROXY`, not `SSL_CERT_FILE`, not
//! `SSLKEYLOGFILE`.

use crate::{
    authority::{Answer, Authority},
    request::Request,
};

mod authzen;
mod behalf;
mod binding;
mod builder;
mod client;
mod credentials;
mod dialect;
mod discover;
mod endpoint;
mod error;
mod exchange;
mod framing;
mod metered;
mod opa;
mod openfga;
mod ordered;
#[cfg(unix)]
mod owner;
mod question;
mod reach;
mod reply;
mod retry;
mod spicedb;
mod tls;
mod verdict;

pub use {
    authzen::AuthZen,
    behalf::Behalf,
    builder::{DEFAULT_HTTP_DEADLINE, HttpBuilder},
    credentials::Secret,
    dialect::{Dialect, Repeat},
    discover::{Description, Discover},
    error::HttpError,
    json::{MAX_REPLY_BYTES, MAX_REPLY_DEPTH, MAX_REPLY_MEMBERS, Object, Value},
    opa::Opa,
    openfga::OpenFga,
    spicedb::SpiceDb,
};

use crate::strict as json;
use exchange::{Engine, Question};

/// Asks a service across a network, in the words of its dialect.
///
/// # Denies
/// *Denied* and *needs approval*: as the dialect reads the answer. *Unavailable*: the authority was
/// not reached, broke off, or answered with another status than 200. *Malformed*: the answer is not
/// one to this question, or the question is too large to be put whole. *Timed out*: no answer within
/// the deadline.
#[derive(Debug)]
pub struct HttpAuthority<D> {
    dialect: D,
    engine: Engine,
}

impl<D: Dialect> HttpAuthority<D> {
    /// An authority that speaks this dialect.
    pub fn builder(dialect: D) -> HttpBuilder<D> {
        HttpBuilder::new(dialect)
    }
}

impl<D: Dialect> Authority for HttpAuthority<D> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(self.engine.within_deadline(async move |deadline| {
            let question = Question::post(self.dialect.question(request)?, request.question_id())?;
            let answer = self.engine.object(question, deadline).await?;
            self.engine.discreet(self.dialect.decision(request, &answer)?)
        }))
    }
}
