//! One connection, by byte and by time.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use rustls::{ServerConnection, StreamOwned};

use super::{
    Shared,
    io_kind::Io,
    request::{Parsed, Request, find},
};
use crate::format::Format;

mod say;
mod time;

/// How often a waiting connection looks whether its client or its server is gone.
const TICK: Duration = Duration::from_millis(10);
/// More than any permission request is long: a client may not fill the server's memory.
const INBOX: usize = 1 << 20;

/// `Content-Type: application/json`, as a line of a head.
pub(crate) const JSON: &str = "Content-Type: application/json\r\n";

/// What a drill's script has in its hands: the server's end of one connection.
///
/// Every method that waits ends with an error when the client goes away or the server is dropped;
/// scripts pass it on with `?`.
pub struct Conn {
    io: Io,
    shared: Arc<Shared>,
    accepted: Instant,
    inbox: Vec<u8>,
    ended: bool,
    busy: bool,
    asked: Request,
    /// The end of what was sent, to recognise an allow that went out in pieces.
    tail: Vec<u8>,
    needle: Vec<u8>,
}

impl Conn {
    pub(super) fn new(tcp: TcpStream, shared: Arc<Shared>) -> Self {
        // Bytes go out when the script says so. Without it they merely go out later.
        let _ = tcp.set_nodelay(true);
        let io = match &shared.tls {
            Some(config) if !shared.is_proxy => match ServerConnection::new(config.clone()) {
                Ok(tls) => Io::Tls(Box::new(StreamOwned::new(tls, tcp))),
                Err(_) => Io::Gone,
            },
            Some(_) | None => Io::Plain(tcp),
        };
        let needle = shared.format.needle().into_bytes();
        Self {
            io,
            shared,
            accepted: Instant::now(),
            inbox: Vec::new(),
            ended: false,
            busy: false,
            asked: Request::default(),
            tail: Vec::new(),
            needle,
        }
    }

    /// The wire format of the drill.
    pub fn format(&self) -> Format {
        self.shared.format
    }

    /// A whole, valid allow.
    pub fn allow(&self) -> String {
        self.shared.format.allow()
    }

    /// A whole, valid denial.
    pub fn deny(&self) -> String {
        self.shared.format.deny()
    }

    /// The client's deadline.
    pub fn deadline(&self) -> Duration {
        self.shared.deadline
    }

    /// How many requests the server has read, this one included.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::Acquire)
    }

    /// The question the client is at, from 0.
    pub fn round(&self) -> usize {
        self.shared.round.load(Ordering::Acquire)
    }

    /// The request that was read last.
    pub fn asked(&self) -> &Request {
        &self.asked
    }

    /// `host:port` of another authority, which allows everything.
    pub fn elsewhere(&self) -> io::Result<SocketAddr> {
        self.shared.elsewhere.get().copied().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
    }

    /// Reads one request.
    pub fn request(&mut self) -> io::Result<()> {
        self.idle();
        let mut told = false;
        loop {
            match Request::parse(&self.inbox) {
                Parsed::Whole(request, length) => {
                    self.inbox.drain(..length);
                    if request.header("x-request-id").is_some() {
                        self.shared.request_id.store(true, Ordering::Release);
                    }
                    self.shared.requests.fetch_add(1, Ordering::AcqRel);
                    self.begin();
                    self.asked = request;
                    return Ok(());
                }
                Parsed::Continue if !told => {
                    told = true;
                    self.send("HTTP/1.1 100 Continue\r\n\r\n")?;
                }
                Parsed::Continue | Parsed::Part => {}
            }
            self.fill(TICK)?;
            self.alive()?;
        }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let bytes = bytes.as_ref();
        self.write(bytes)?;
        self.note(bytes);
        Ok(())
    }

    /// Sends the same bytes this many times. They are padding: nobody looks for an allow in them.
    pub fn repeat(&mut self, bytes: impl AsRef<[u8]>, times: usize) -> io::Result<()> {
        (0..times).try_for_each(|_| self.write(bytes.as_ref()))
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.io.tcp()?.set_write_timeout(Some(TICK))?;
        while !bytes.is_empty() {
            match self.io.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if is_tick(&error) => self.wanted()?,
                Err(error) => return Err(error),
            }
        }
        loop {
            match self.io.flush() {
                Ok(()) => return Ok(()),
                Err(error) if is_tick(&error) => self.wanted()?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends one byte, waits, sends the next.
    pub fn drip(&mut self, bytes: impl AsRef<[u8]>, every: Duration) -> io::Result<()> {
        for byte in bytes.as_ref() {
            self.send([*byte])?;
            self.wait(every)?;
        }
        Ok(())
    }

    /// Starts TLS on a connection that was plain until now: behind a proxy's `CONNECT`.
    pub(crate) fn start_tls(&mut self) -> io::Result<()> {
        let config = self.shared.tls.clone().ok_or(io::ErrorKind::Unsupported)?;
        let tls = ServerConnection::new(config).map_err(io::Error::other)?;
        if let Io::Plain(tcp) = std::mem::replace(&mut self.io, Io::Gone) {
            self.io = Io::Tls(Box::new(StreamOwned::new(tls, tcp)));
        }
        Ok(())
    }

    /// The place redirects lead to.
    pub(super) fn answer_elsewhere(&mut self) -> io::Result<()> {
        if let Io::Tls(_) = self.io {
            // Plain text, also where the redirect came from TLS.
            let plain = std::mem::replace(&mut self.io, Io::Gone);
            if let Io::Tls(tls) = plain {
                self.io = Io::Plain(tls.sock);
            }
        }
        loop {
            self.request()?;
            self.shared.redirected.fetch_add(1, Ordering::AcqRel);
            self.json(self.allow())?;
        }
    }

    pub(crate) fn count_proxied(&self) {
        self.shared.proxied.fetch_add(1, Ordering::AcqRel);
    }

    /// Reads what there is, for at most `time`.
    fn fill(&mut self, time: Duration) -> io::Result<()> {
        if self.ended || self.inbox.len() > INBOX {
            std::thread::sleep(time);
            return Ok(());
        }
        self.io.tcp()?.set_read_timeout(Some(time.max(Duration::from_micros(1))))?;
        let mut buffer = [0; 4096];
        match self.io.read(&mut buffer) {
            Ok(0) => self.ended = true,
            Ok(count) => self.inbox.extend_from_slice(&buffer[..count]),
            Err(error) if is_tick(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.ended = true,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// # Errors
    /// The client has gone, or the drill is over.
    fn alive(&self) -> io::Result<()> {
        if self.ended { Err(io::ErrorKind::ConnectionAborted.into()) } else { self.wanted() }
    }

    fn wanted(&self) -> io::Result<()> {
        if self.shared.stop.load(Ordering::Acquire) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }

    fn note(&mut self, sent: &[u8]) {
        self.tail.extend_from_slice(sent);
        while let Some(at) = find(&self.tail, &self.needle) {
            self.shared.yes_sent.fetch_add(1, Ordering::AcqRel);
            self.tail.drain(..at + self.needle.len());
        }
        let surplus = self.tail.len().saturating_sub(self.needle.len() - 1);
        self.tail.drain(..surplus);
    }

    /// From here on the client waits for the rest of an answer.
    fn begin(&mut self) {
        if !self.busy {
            self.busy = true;
            self.shared.busy.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn idle(&mut self) {
        if self.busy {
            self.busy = false;
            self.shared.busy.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.idle();
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").field("asked", &self.asked.line).finish()
    }
}

/// A time limit of the socket passed: the moment to look around, not a fault.
fn is_tick(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
