//! Stands before a real authority and breaks it on command.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    str::FromStr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

mod control;
mod passage;

/// What a proxy does to the connections that pass it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing: bytes are forwarded as they are.
    Pass,
    /// New connections are reset at once; the ones there are, too.
    Refuse,
    /// Requests go in; nothing comes out, and nothing is closed.
    Hang,
    /// The connection is reset when the answer begins.
    Reset,
    /// After this many bytes of an answer the connection ends.
    Truncate(usize),
    /// Answers come this much later.
    Delay(Duration),
    /// The answer's status is 503, whatever it was; the rest is as it was.
    Flip,
    /// Every byte of the answer's body that is not a line end has its lowest bit turned.
    Garble,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (word, number) = (words.next().unwrap_or_default(), words.next());
        let number = match number.map(str::parse::<u32>) {
            None => None,
            Some(Ok(number)) => Some(number),
            Some(Err(_)) => return Err(format!("no number in `{text}`")),
        };
        match (word, number, words.next()) {
            ("pass", None, None) => Ok(Self::Pass),
            ("refuse", None, None) => Ok(Self::Refuse),
            ("hang", None, None) => Ok(Self::Hang),
            ("reset", None, None) => Ok(Self::Reset),
            ("truncate", Some(bytes), None) => Ok(Self::Truncate(bytes as usize)),
            ("delay", Some(ms), None) => Ok(Self::Delay(Duration::from_millis(ms.into()))),
            ("flip", None, None) => Ok(Self::Flip),
            ("garble", None, None) => Ok(Self::Garble),
            _ => Err(format!(
                "no fault `{text}`\nhelp: pass, refuse, hang, reset, truncate N, delay MS, flip, garble"
            )),
        }
    }
}

/// A proxy before a real authority. It ends when this is dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    control: Mutex<Option<SocketAddr>>,
}

struct Shared {
    upstream: SocketAddr,
    fault: Mutex<Fault>,
    stop: AtomicBool,
    connections: AtomicUsize,
    open: AtomicUsize,
}

impl Shared {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn over(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

impl Proxy {
    /// Starts before an authority (`127.0.0.1:3592`, with or without `http://`), on a port of its
    /// own, and passes everything.
    ///
    /// Bytes are forwarded as they are, TLS included; only [`Fault::Flip`] looks at them, and takes
    /// them for HTTP in plain text.
    ///
    /// # Errors
    /// The address does not resolve, or no socket could be had. The authority need not be there.
    pub fn start(upstream: impl AsRef<str>) -> io::Result<Self> {
        Self::start_on(upstream, 0)
    }

    /// The same, on a port of the caller's choice.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and the port may be taken.
    pub fn start_on(upstream: impl AsRef<str>, port: u16) -> io::Result<Self> {
        let upstream = upstream.as_ref();
        let host = upstream.strip_prefix("http://").unwrap_or(upstream).trim_end_matches('/');
        let upstream = host.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            fault: Mutex::new(Fault::Pass),
            stop: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
        });
        let accepting = shared.clone();
        thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if accepting.over() {
                    break;
                }
                accepting.connections.fetch_add(1, Ordering::AcqRel);
                let shared = accepting.clone();
                // A connection without a thread is one the proxy dropped: a fault like any other.
                let _ = thread::Builder::new().name("proxy".to_owned()).spawn(move || {
                    shared.open.fetch_add(1, Ordering::AcqRel);
                    // Either end may go away at any time. That is what a proxy is for.
                    let _ = passage::forward(&shared, client);
                    shared.open.fetch_sub(1, Ordering::AcqRel);
                });
            }
        })?;
        Ok(Self { shared, address, control: Mutex::new(None) })
    }

    /// The base URL to give the client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on. Connections that are open feel it too, from their next byte on.
    pub fn fault(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::Acquire)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        // Wakes the threads from their `accept`; they look at the flag first thing.
        let control = *self.control.lock().unwrap_or_else(PoisonError::into_inner);
        for address in [Some(self.address), control].into_iter().flatten() {
            let _ = TcpStream::connect(address);
        }
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.url())
            .field("upstream", &self.shared.upstream)
            .field("fault", &self.shared.fault())
            .finish()
    }
}
