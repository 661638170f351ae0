//! The HTTP client, with everything off that could send a question elsewhere or read an answer
//! otherwise than it was written.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use reqwest::{Client, redirect, retry};
use rustls::ClientConfig;
use tokio::runtime::{self, Handle};

use super::{endpoint::Endpoint, error::HttpError};

/// As many questions are under way at a time, and as many idle connections are kept. More wait, and
/// their deadlines run meanwhile.
pub(super) const CONNECTIONS: usize = 256;

/// An idle connection is closed after this long: sooner than load balancers do, which close theirs
/// after a minute without a word.
const IDLE: Duration = Duration::from_secs(30);

/// As many runtimes keep connections of their own.
const RUNTIMES: usize = 128;

/// One client for each runtime that asks. A connection is driven by the runtime it was opened on:
/// where that is gone or stands still, another one would wait for it in vain.
pub(super) struct Clients {
    endpoint: Endpoint,
    tls: ClientConfig,
    kept: RwLock<Vec<(Option<runtime::Id>, Client)>>,
}

impl Clients {
    /// Makes the first one, so that what cannot be made is refused now.
    pub(super) fn new(endpoint: Endpoint, tls: ClientConfig) -> Result<Self, HttpError> {
        let first = make(&endpoint, tls.clone())
            .map_err(|error| HttpError::Client { detail: chain(&error) })?;
        Ok(Self { endpoint, tls, kept: RwLock::new(vec![(None, first)]) })
    }

    /// The client of the runtime that this is called on.
    ///
    /// # Errors
    /// No runtime, or no client to be made.
    pub(super) fn current(&self) -> Result<Client, String> {
        let id = Handle::try_current().map_err(|_| "there is no tokio runtime".to_owned())?.id();
        // Nothing is behind this lock that a panic could leave half done.
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = kept.iter().find(|(of, _)| *of == Some(id)) {
            return Ok(client.clone());
        }
        drop(kept);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        // Two tasks of one runtime may have looked at the same time.
        if let Some((_, client)) = kept.iter().find(|(of, _)| *of == Some(id)) {
            return Ok(client.clone());
        }
        if let Some((of, client)) = kept.iter_mut().find(|(of, _)| of.is_none()) {
            *of = Some(id);
            return Ok(client.clone());
        }
        let client = make(&self.endpoint, self.tls.clone())
            .map_err(|error| format!("the HTTP client could not be made: {}", chain(&error)))?;
        if kept.len() >= RUNTIMES {
            kept.remove(0);
        }
        kept.push((Some(id), client.clone()));
        Ok(client)
    }
}

fn make(endpoint: &Endpoint, tls: ClientConfig) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(endpoint.is_https())
        // Another host's answer is not the authority's.
        .redirect(redirect::Policy::none())
        // Whoever can set `HTTPS_PROXY` must not choose the judge.
        .no_proxy()
        // Another crate may switch these features on for all; an answer is never unpacked.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .no_hickory_dns()
        .referer(false)
        .retry(retry::never())
        .http1_only()
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(CONNECTIONS);
    if let Some(addresses) = endpoint.pinned() {
        builder = builder.resolve_to_addrs("localhost", &addresses);
    }
    builder.build()
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    // An error can be its own source; a chain this long tells nothing more.
    for _ in 0..8 {
        let Some(cause) = source else { break };
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}
