//! Puts an [`HttpAuthority`] together.

use std::{fmt, path::PathBuf, time::Duration};

use hyper::{
    Uri,
    header::{
        ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap,
        HeaderValue, USER_AGENT,
    },
};
use tokio::sync::Semaphore;
use url::Url;

use super::{
    HttpAuthority,
    client::{CONNECTIONS, Clients},
    credentials::{Credentials, Secret},
    dialect::{Dialect, Repeat},
    discover::Discover,
    endpoint::Endpoint,
    error::HttpError,
    exchange::{Engine, REQUEST_ID},
    ordered::Keep,
    reach::{self, Socket},
    tls::Tls,
};

/// How long an authority may take, unless set.
pub const DEFAULT_HTTP_DEADLINE: Duration = Duration::from_secs(2);

const MAX_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_RETRIES: u32 = 3;

/// Says where an authority is and who asks, then builds it. Made by [`HttpAuthority::builder`].
#[must_use = "nothing decides until the authority is built"]
#[derive(Clone)]
pub struct HttpBuilder<D> {
    dialect: D,
    endpoint: String,
    socket: Option<Socket>,
    credentials: Credentials,
    tls: Tls,
    deadline: Duration,
    retries: u32,
    demand_request_id: bool,
    /// As set; else as the replies are tied to their questions.
    keep: Option<Keep>,
}

impl<D: Dialect> HttpBuilder<D> {
    pub(super) fn new(dialect: D) -> Self {
        Self {
            dialect,
            endpoint: String::new(),
            socket: None,
            credentials: Credentials::default(),
            tls: Tls::default(),
            deadline: DEFAULT_HTTP_DEADLINE,
            retries: 1,
            demand_request_id: false,
            keep: None,
        }
    }

    /// The authority's base URL: `https://pdp.example.com`, also with a path.
    ///
    /// Plain `http` is for this host alone: `127.0.0.1`, `[::1]`, and `localhost`, which is taken
    /// for these two addresses whatever a resolver says.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Asks over a Unix domain socket: `/run/opa/opa.sock`. The endpoint may be left out; else it is
    /// plain `http` to this host, and its path and its `Host` are what is sent.
    ///
    /// There is no certificate there, so that who may replace the socket may answer. It, the directory
    /// that it really lies in, and the program that listens belong to root or to the user of this
    /// process, and nobody else may write to the directory: all this is looked at before each
    /// connection. Who may write to the socket may only ask.
    ///
    /// # Denies
    /// As *unavailable*, while any of this is not so, or nobody listens.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(Socket { path: path.into(), of: None });
        self
    }

    /// The same for an authority that runs as another user, as a sidecar does in a directory that all of a
    /// pod may write: the system says who listens, and it must be `user`. Whoever may write the directory
    /// may choose among the sockets of that user, so let it run nothing else that answers such questions.
    ///
    /// # Denies
    /// As *unavailable*, while another user listens, or nobody.
    pub fn unix_socket_of(mut self, path: impl Into<PathBuf>, user: u32) -> Self {
        self.socket = Some(Socket { path: path.into(), of: Some(user) });
        self
    }

    /// The token that the authority knows us by, as `Authorization: Bearer`.
    pub fn bearer(mut self, token: Secret) -> Self {
        self.credentials.bearer(token);
        self
    }

    /// A further header with each question, as some authorities want for their keys:
    /// `x-developer-token`. It is kept as secret as the token is.
    pub fn header(mut self, name: impl Into<String>, value: Secret) -> Self {
        self.credentials.header(name.into(), value);
        self
    }

    /// A certificate, in PEM, of a CA that may vouch for the authority. From the first one on, **only
    /// those given here** may: the public ones, which are compiled in, count no longer.
    pub fn ca_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.trust(pem.as_ref());
        self
    }

    /// Our own certificate, the CA's that issued it behind it, and its private key, all in PEM: for
    /// an authority that asks who connects (mutual TLS).
    pub fn client_identity(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.tls.identify(chain.as_ref(), key.as_ref());
        self
    }

    /// How long a question may take, from its first byte to the last of the answer: looking up the
    /// name, connecting, TLS, retries and pauses included. Two seconds unless set.
    ///
    /// The guard's own deadline holds as well; the earlier one ends the wait.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How often a question is put again at most, where it was not answered: 1 unless set, 3 at
    /// most. A dialect whose questions use something up is never asked again, whatever is set here.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Accepts a reply only if it repeats the `X-Request-ID` of its question. Not every authority
    /// does, though AuthZEN 1.0 demands it (section 10.1.3). A reply with another id is never
    /// accepted.
    ///
    /// What comes before a question is out is never its answer. Only the id tells, besides a binding,
    /// whether a reply that comes later is: an authority that talks unasked, or a proxy that mixes
    /// replies up, may send another one's just then.
    ///
    /// # Denies
    /// As *malformed*, a reply with another id, or without one.
    pub fn demand_request_id(mut self) -> Self {
        self.demand_request_id = true;
        self
    }

    /// Puts each question over a connection of its own, which is then closed. It costs a handshake for
    /// each, and leaves a reply that nobody asked for without a question to be mistaken for the answer
    /// to.
    ///
    /// Unless set, a connection is kept where each reply has to be tied to its question: by
    /// [`demand_request_id`](Self::demand_request_id), or by the dialect's binding. Else it is kept as
    /// long as each reply repeats its question's `X-Request-ID`, as AuthZEN 1.0 demands, and a reply
    /// without it is not accepted on it any more; for questions that are never asked again, not even
    /// that, because a connection that just then ends would lose the answer.
    ///
    /// To be set where what answers at one address repeats the id now and then.
    pub fn single_use_connections(mut self) -> Self {
        self.keep = Some(Keep::Never);
        self
    }

    /// Keeps connections for further questions, **also where nothing ties a reply to its question**.
    ///
    /// What is saved is a handshake for each question. What is lost: a yes that nobody asked for,
    /// and that arrives when the next question is out, is the answer to that one. A proxy that is
    /// off by one answer shifts all that follow. For an authority that is asked directly, and
    /// trusted to answer once.
    pub fn reuse_connections(mut self) -> Self {
        self.keep = Some(Keep::Always);
        self
    }

    /// The authority. Nothing is asked yet.
    ///
    /// # Errors
    /// Every [`HttpError`] but [`HttpError::Discovery`].
    pub fn build(self) -> Result<HttpAuthority<D>, HttpError> {
        let endpoint = Endpoint::parse(self.given_endpoint())?;
        let url = endpoint.join(self.dialect.name(), self.dialect.path())?;
        self.build_at(endpoint, url)
    }

    pub(super) fn given_endpoint(&self) -> &str {
        // The host of a socket's questions is a word without a meaning; this is what others send.
        if self.socket.is_some() && self.endpoint.is_empty() {
            "http://localhost"
        } else {
            &self.endpoint
        }
    }

    pub(super) fn build_at(
        self,
        endpoint: Endpoint,
        url: Url,
    ) -> Result<HttpAuthority<D>, HttpError> {
        let engine = self.engine(endpoint, url)?;
        Ok(HttpAuthority { dialect: self.dialect, engine })
    }

    pub(super) fn engine(&self, endpoint: Endpoint, url: Url) -> Result<Engine, HttpError> {
        if self.deadline.is_zero() || self.deadline > MAX_DEADLINE {
            return Err(HttpError::Limit {
                of: "deadline",
                range: "more than zero and at most one day",
            });
        }
        if self.retries > MAX_RETRIES {
            return Err(HttpError::Limit { of: "retries", range: "at most 3" });
        }
        if self.tls.is_set() && !endpoint.is_https() {
            return Err(HttpError::Tls {
                fault: "certificates are given for an endpoint without TLS".into(),
                help: "write the endpoint with `https`",
            });
        }
        let socket = match self.socket.clone() {
            Some(Socket { path, of }) => Some(Socket { path: reach::path(path)?, of }),
            None => None,
        };
        if socket.is_some() && endpoint.is_https() {
            return Err(HttpError::endpoint(
                "is `https`, and a Unix domain socket has no certificate",
                "leave the endpoint out, or write `http://localhost` with a path behind it",
            ));
        }
        let refused = |fault: String| HttpError::Client { detail: fault };
        let uri = Uri::try_from(url.as_str()).map_err(|error| refused(error.to_string()))?;
        let host = uri.authority().ok_or_else(|| refused("it has no host".into()))?;
        let host =
            HeaderValue::from_str(host.as_str()).map_err(|error| refused(error.to_string()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (CONTENT_TYPE, "application/json"),
            (ACCEPT, "application/json"),
            (ACCEPT_ENCODING, "identity"),
            (CACHE_CONTROL, "no-cache, no-store"),
            (USER_AGENT, concat!("failclosed/", env!("CARGO_PKG_VERSION"))),
            // Each question writes its own over these, in the space that is made for them here.
            (CONTENT_LENGTH, "0"),
            (REQUEST_ID, ""),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(HOST, host);
        let keep = self.keep.unwrap_or_else(|| self.keep_by_default());
        self.credentials.write(&mut headers)?;
        let retries = match self.dialect.repeat() {
            Repeat::Safe => self.retries,
            // FAIL CLOSED: the answer that was lost may have been the one that counts.
            Repeat::Never => 0,
        };
        Ok(Engine {
            name: self.dialect.name(),
            url,
            uri,
            headers,
            credentials: self.credentials.clone(),
            clients: Clients::new(endpoint, socket, self.tls.config()?, keep),
            slots: Semaphore::new(CONNECTIONS),
            deadline: self.deadline,
            retries,
            demand_request_id: self.demand_request_id,
        })
    }

    // FAIL CLOSED: over a connection that is kept without more, an unasked yes would answer the next
    // question.
    fn keep_by_default(&self) -> Keep {
        match self.dialect.repeat() {
            _ if self.demand_request_id || self.dialect.is_bound() => Keep::Always,
            Repeat::Safe => Keep::WhileTied,
            Repeat::Never => Keep::Never,
        }
    }
}

impl<D: Discover> HttpBuilder<D> {
    /// The authority, asked where its questions go: in place of [`build`](Self::build).
    ///
    /// The reply to this is held to everything that a decision is held to.
    ///
    /// # Errors
    /// As `build`; and [`HttpError::Discovery`], where the authority does not describe itself,
    /// says that it is another one, or sends us to another origin. There is no other path to fall
    /// back to.
    pub async fn discover(self) -> Result<HttpAuthority<D>, HttpError> {
        super::discover::discover(self).await
    }

    pub(super) fn dialect(&self) -> &D {
        &self.dialect
    }
}

impl<D: fmt::Debug> fmt::Debug for HttpBuilder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the endpoint: until it is parsed it may have a password in it.
        f.debug_struct("HttpBuilder")
            .field("dialect", &self.dialect)
            .field("socket", &self.socket)
            .field("headers", &self.credentials.names().collect::<Vec<_>>())
            .field("tls", &self.tls)
            .field("deadline", &self.deadline)
            .field("retries", &self.retries)
            .field("demand_request_id", &self.demand_request_id)
            .field("keep", &self.keep)
            .finish()
    }
}
