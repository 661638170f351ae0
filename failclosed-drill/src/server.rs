//! The server of one drill: a listener, a thread per connection, and what was seen.
//!
//! Threads and blocking sockets, because "send five bytes, wait, reset" then reads as what it is,
//! and because the server keeps its time whatever runtime the client is on, and blocks.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::ServerConfig;

use crate::{
    drill::{Drill, Place},
    format::Format,
    pki::Pki,
};

mod conn;
mod full;
mod gzip;
mod io_kind;
mod request;

pub use conn::Conn;
pub(crate) use conn::JSON;
pub use request::Request;

/// A running drill. It ends when this is dropped.
pub struct Server {
    shared: Arc<Shared>,
    pki: Arc<Pki>,
    url: String,
    proxy: Option<String>,
    /// Held open: a port that refuses, a queue that is full.
    _held: Vec<socket2::Socket>,
    listeners: Vec<Listener>,
}

/// What a server saw of its client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Connections accepted.
    pub connections: usize,
    /// Requests read, whole or in part, wherever they were sent.
    pub requests: usize,
    /// Times the deciding member with its yes went out, whatever was wrong around it.
    pub yes_sent: usize,
    /// Requests that came to the place a redirect named.
    pub redirected: usize,
    /// Requests that came by a proxy.
    pub proxied: usize,
    /// Connections the client still held open in the middle of an exchange after its verdict.
    pub leaked: usize,
    /// Whether a request carried `X-Request-ID`.
    pub request_id: bool,
}

pub(crate) struct Shared {
    pub(crate) format: Format,
    pub(crate) deadline: Duration,
    pub(crate) stop: AtomicBool,
    pub(crate) round: AtomicUsize,
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: AtomicUsize,
    pub(crate) yes_sent: AtomicUsize,
    pub(crate) redirected: AtomicUsize,
    pub(crate) proxied: AtomicUsize,
    pub(crate) busy: AtomicUsize,
    pub(crate) request_id: AtomicBool,
    pub(crate) is_proxy: bool,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Where a redirect leads: a listener that allows everything.
    pub(crate) elsewhere: OnceLock<SocketAddr>,
}

impl Server {
    /// Starts a drill on a port of its own, on the loopback interface. `deadline` is the client's:
    /// what comes late comes after it.
    ///
    /// # Errors
    /// No socket or no certificate could be had.
    pub fn start(drill: &Drill, format: Format, deadline: Duration) -> io::Result<Self> {
        Self::start_on(drill, format, deadline, 0)
    }

    /// The same, on a port of the caller's choice.
    ///
    /// # Errors
    /// The port is taken, no socket or no certificate could be had.
    pub fn start_on(
        drill: &Drill,
        format: Format,
        deadline: Duration,
        port: u16,
    ) -> io::Result<Self> {
        let pki = Pki::shared()?;
        let tls = match &drill.place {
            Place::Tls(identity) => Some(pki.server(*identity)?),
            Place::Plain | Place::RawTls | Place::Closed | Place::Full | Place::Unaccepted => None,
        };
        let shared = Arc::new(Shared {
            format,
            deadline,
            stop: AtomicBool::new(false),
            round: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            yes_sent: AtomicUsize::new(0),
            redirected: AtomicUsize::new(0),
            proxied: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            request_id: AtomicBool::new(false),
            is_proxy: !drill.proxied_by.is_empty(),
            tls,
            elsewhere: OnceLock::new(),
        });
        let mut listeners = Vec::new();
        let mut held = Vec::new();
        let mut proxy = None;
        let script = drill.script.clone();
        let address = match drill.place {
            // The authority is nowhere; its port only answers through the proxy.
            Place::Plain | Place::Tls(_) if shared.is_proxy => {
                let listener = Listener::start(port, &shared, move |conn| script(conn))?;
                proxy = Some(format!("http://{}", listener.address));
                listeners.push(listener);
                let (refusing, address) = full::refusing()?;
                held.push(refusing);
                address
            }
            Place::Plain | Place::Tls(_) | Place::RawTls => {
                let elsewhere = Listener::start(0, &shared, Conn::answer_elsewhere)?;
                let _ = shared.elsewhere.set(elsewhere.address);
                listeners.push(elsewhere);
                let listener = Listener::start(port, &shared, move |conn| script(conn))?;
                let address = listener.address;
                listeners.push(listener);
                address
            }
            Place::Closed => {
                let (socket, address) = full::refusing()?;
                held.push(socket);
                address
            }
            Place::Full => {
                let (sockets, address) = full::full()?;
                held.extend(sockets);
                address
            }
            Place::Unaccepted => {
                let (socket, address) = full::unaccepted()?;
                held.push(socket);
                address
            }
        };
        let scheme = match drill.place {
            Place::Tls(_) | Place::RawTls => "https",
            Place::Plain | Place::Closed | Place::Full | Place::Unaccepted => "http",
        };
        let url = match &drill.url {
            Some(url) => url.replace("{port}", &address.port().to_string()),
            None => format!("{scheme}://{address}"),
        };
        Ok(Self { shared, pki, url, proxy, _held: held, listeners })
    }

    /// The base URL to give the client. It may be one that must not be used.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The proxy to name in the client's environment, in drills that are about that.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// A PEM file with the CA the client is to trust.
    pub fn ca(&self) -> &std::path::Path {
        self.pki.file()
    }

    /// From now on connections see the next round.
    pub fn next_round(&self) {
        self.shared.round.fetch_add(1, Ordering::AcqRel);
    }

    /// What was seen so far. A client that has given its verdict is granted `grace` to let go of
    /// connections on which an answer is still outstanding.
    pub fn seen(&self, grace: Duration) -> Seen {
        let until = Instant::now() + grace;
        while self.shared.busy.load(Ordering::Acquire) > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
        self.seen_now()
    }

    /// What was seen so far.
    pub fn seen_now(&self) -> Seen {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Acquire);
        Seen {
            connections: count(&self.shared.connections),
            requests: count(&self.shared.requests),
            yes_sent: count(&self.shared.yes_sent),
            redirected: count(&self.shared.redirected),
            proxied: count(&self.shared.proxied),
            leaked: count(&self.shared.busy),
            request_id: self.shared.request_id.load(Ordering::Acquire),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        for listener in &mut self.listeners {
            listener.stop();
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.url).field("seen", &self.seen_now()).finish()
    }
}

struct Listener {
    address: SocketAddr,
    thread: Option<thread::JoinHandle<()>>,
}

impl Listener {
    fn start(
        port: u16,
        shared: &Arc<Shared>,
        serve: impl Fn(&mut Conn) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = shared.clone();
        let serve = Arc::new(serve);
        let thread = thread::Builder::new().name("drill".to_owned()).spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if shared.stop.load(Ordering::Acquire) {
                    break;
                }
                shared.connections.fetch_add(1, Ordering::AcqRel);
                let (shared, serve) = (shared.clone(), serve.clone());
                // A connection without a thread is one the server dropped: a fault like any other.
                let _ = thread::Builder::new().name("drill".to_owned()).spawn(move || {
                    let mut conn = Conn::new(stream, shared);
                    // A client that goes away ends the script. That is no error of the server's.
                    let _ = serve(&mut conn);
                });
            }
        })?;
        Ok(Self { address, thread: Some(thread) })
    }

    fn stop(&mut self) {
        // Wakes the thread from its `accept`; it looks at the flag first thing.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take()
            && woken
        {
            let _ = thread.join();
        }
    }
}
