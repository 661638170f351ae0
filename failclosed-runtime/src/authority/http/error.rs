//! Why a remote authority is refused: when it is built, never at the first call.

use std::{error::Error, fmt};

/// A remote authority that was put together wrongly. No text of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// An endpoint that must not be asked.
    Endpoint {
        /// What is wrong with it.
        fault: &'static str,
        /// What to write instead.
        help: String,
    },
    /// A path that cannot be an authority's Unix domain socket.
    Socket {
        /// The path.
        path: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A path of a dialect that does not lead below the endpoint.
    Path {
        /// The dialect.
        dialect: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A credential that is none.
    Secret {
        /// Where it comes from: `` the variable `PDP_TOKEN` ``.
        from: String,
        /// What is wrong with it.
        fault: String,
        /// What to do about it.
        help: &'static str,
    },
    /// A header that cannot be sent.
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
        /// What to write instead.
        help: &'static str,
    },
    /// Certificates or keys that cannot be used.
    Tls {
        /// What is wrong with them.
        fault: String,
        /// What to write instead.
        help: &'static str,
    },
    /// A limit outside its range.
    Limit {
        /// Which one: `deadline` or `retries`.
        of: &'static str,
        /// The range.
        range: &'static str,
    },
    /// An endpoint that the HTTP client cannot ask.
    Client {
        /// What it says.
        detail: String,
    },
    /// What the authority says of itself was not to be had, or does not fit the endpoint.
    Discovery {
        /// What went wrong.
        detail: String,
    },
}

impl HttpError {
    pub(super) fn endpoint(fault: &'static str, help: impl Into<String>) -> Self {
        Self::Endpoint { fault, help: help.into() }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint { fault, help } => write!(f, "the endpoint {fault}\nhelp: {help}"),
            Self::Socket { path, fault } => write!(
                f,
                "the socket `{path}` {fault}\n\
                 help: write the path of its file: `.unix_socket(\"/run/opa/opa.sock\")`"
            ),
            Self::Path { dialect, fault } => write!(
                f,
                "the path of `{dialect}` {fault}\n\
                 help: a path below the endpoint, without a slash in front: `access/v1/evaluation`"
            ),
            Self::Secret { from, fault, help } => write!(f, "{from} {fault}\nhelp: {help}"),
            Self::Header { name, fault, help } => {
                write!(f, "the header `{name}` {fault}\nhelp: {help}")
            }
            Self::Tls { fault, help } => write!(f, "{fault}\nhelp: {help}"),
            Self::Limit { of, range } => write!(f, "`{of}` must be {range}"),
            Self::Client { detail } => {
                write!(f, "the endpoint cannot be asked over HTTP: {detail}")
            }
            Self::Discovery { detail } => write!(
                f,
                "the authority could not be discovered: {detail}\n\
                 help: give its endpoint and use `build()`, which asks for nothing"
            ),
        }
    }
}

impl Error for HttpError {}
