//! The HTTP client, with everything off that could send a question elsewhere or read an answer
//! otherwise than it was written.

use std::{
    fmt,
    future::{self, Future},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request,
    header::{CONNECTION, HeaderValue},
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{
        self,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;
use tokio::runtime::{self, Handle};
use tower_service::Service;

use super::{
    endpoint::Endpoint,
    metered::{Begun, Metered},
    ordered::{Keep, Ordered},
    reach::{Reach, Socket},
};

/// Connections and the pool that keeps them, and nothing that acts by itself: no proxy, no redirect,
/// no cookie, no decompression. There is none to be switched on, by whatever feature of whatever
/// crate.
pub(super) struct Client {
    pool: Pool,
    begun: Begun,
    keep: Keep,
    /// How many replies in a row named no question.
    unnamed: AtomicU32,
}

type Pool = legacy::Client<Ordered<HttpsConnector<Metered<Reach>>>, Full<Bytes>>;

impl Client {
    /// Puts a question. Nothing happens before the first poll.
    pub(super) fn request(&self, mut question: Request<Full<Bytes>>) -> legacy::ResponseFuture {
        // A connection that will not be kept is ended by the authority where it is told so: whoever ends
        // it has the port for a minute more.
        let unnamed = self.unnamed.load(Ordering::Relaxed);
        if self.keep == Keep::Never
            || self.keep == Keep::WhileTied && !unnamed.is_multiple_of(ASK_TO_KEEP)
        {
            question.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        self.begun.another();
        self.pool.request(question)
    }

    /// A reply came. `named`: with an `X-Request-ID`.
    pub(super) fn replied(&self, named: bool) {
        let unnamed = self.unnamed.load(Ordering::Relaxed);
        let unnamed = if named { 0 } else { unnamed.wrapping_add(1) };
        self.unnamed.store(unnamed, Ordering::Relaxed);
    }
}

/// As many questions are under way at a time, and as many idle connections are kept. More wait, and
/// their deadlines run meanwhile.
pub(super) const CONNECTIONS: usize = 256;

/// Of so many questions to an authority that does not name them, one asks to keep the connection.
const ASK_TO_KEEP: u32 = 64;

/// An idle connection is closed after this long: sooner than load balancers do, which close theirs
/// after a minute without a word.
const IDLE: Duration = Duration::from_secs(30);

/// As many runtimes keep connections of their own.
const RUNTIMES: usize = 128;

/// A peer that has gone without a word is looked for after this long, as often, and this long apart.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;

/// One client for each runtime that asks. A connection is driven by the runtime it was opened on:
/// where that is gone or stands still, another one would wait for it in vain.
pub(super) struct Clients {
    endpoint: Endpoint,
    /// `None`: over TCP, to the endpoint's host.
    socket: Option<Socket>,
    tls: Arc<ClientConfig>,
    keep: Keep,
    kept: RwLock<Vec<(runtime::Id, Arc<Client>)>>,
}

impl Clients {
    pub(super) fn new(
        endpoint: Endpoint,
        socket: Option<Socket>,
        tls: ClientConfig,
        keep: Keep,
    ) -> Self {
        Self { endpoint, socket, tls: Arc::new(tls), keep, kept: RwLock::default() }
    }

    /// The client of the runtime that this is called on.
    ///
    /// # Errors
    /// No runtime.
    pub(super) fn current(&self) -> Result<Arc<Client>, String> {
        let id = Handle::try_current().map_err(|_| "there is no tokio runtime".to_owned())?.id();
        let of_this = |kept: &[(runtime::Id, Arc<Client>)]| {
            kept.iter().find(|(of, _)| *of == id).map(|(_, client)| Arc::clone(client))
        };
        // Nothing is behind this lock that a panic could leave half done.
        if let Some(client) = of_this(&self.kept.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(client);
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        // Two tasks of one runtime may have looked at the same time.
        if let Some(client) = of_this(&kept) {
            return Ok(client);
        }
        let client = Arc::new(self.make());
        if kept.len() >= RUNTIMES {
            kept.remove(0);
        }
        kept.push((id, Arc::clone(&client)));
        Ok(client)
    }

    fn make(&self) -> Client {
        let reach = match &self.socket {
            None => Reach::Tcp(tcp(&self.endpoint)),
            Some(socket) => Reach::Unix(socket.clone()),
        };
        let begun = Begun::default();
        let metered = Metered { connector: reach, begun: begun.clone() };
        let mut connector = HttpsConnector::from((metered, Arc::clone(&self.tls)));
        if self.endpoint.is_https() {
            connector.enforce_https();
        }
        let pool = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(if self.keep == Keep::Never { 0 } else { CONNECTIONS })
            .build(Ordered { connector, keep: self.keep, begun: begun.clone() });
        Client { pool, begun, keep: self.keep, unnamed: AtomicU32::new(0) }
    }
}

fn tcp(endpoint: &Endpoint) -> HttpConnector<Names> {
    let mut tcp = HttpConnector::new_with_resolver(Names {
        pinned: endpoint.pinned(),
        system: GaiResolver::new(),
    });
    // The connector around it looks at the scheme.
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    tcp
}

/// The system's resolver, except for `localhost`.
#[derive(Clone)]
pub(super) struct Names {
    pinned: Option<[SocketAddr; 2]>,
    system: GaiResolver,
}

impl Service<Name> for Names {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if let Some(addresses) = self.pinned {
            // An engine asks one host, and where this is set that is `localhost`.
            return Box::pin(future::ready(Ok(Vec::from(addresses).into_iter())));
        }
        let looked_up = self.system.call(name);
        Box::pin(async move { Ok(looked_up.await?.collect::<Vec<_>>().into_iter()) })
    }
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
