//! A server of a few lines, which answers byte for byte what a test wants. Its threads are its own:
//! no runtime of a test drives it.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Request line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    /// The value of a header that stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.head.lines().skip(1).filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        let first = found.next();
        assert_eq!(found.next(), None, "`{name}` twice");
        first
    }
}

/// What the server does with one request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes this and keeps the connection.
    Say(Vec<u8>),
    /// Writes this and closes in order.
    Close(Vec<u8>),
    /// Writes this and resets the connection.
    Reset(Vec<u8>),
    /// Waits, then writes this.
    After(Duration, Vec<u8>),
    /// Writes the first part at once, and one byte of the second after each pause.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Writes this, then nothing more.
    Stall(Vec<u8>),
    /// Writes this over and over.
    Forever(Vec<u8>, Vec<u8>),
}

/// A reply with a length.
pub fn reply(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A reply as it should be.
pub fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    reply("200 OK", "Content-Type: application/json\r\n", body)
}

type Script = dyn Fn(usize, &Seen) -> Step + Send + Sync;

struct Shared {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// By the connection's number, until it ends.
    open: Mutex<HashMap<usize, TcpStream>>,
    repaired: AtomicBool,
    gone: AtomicBool,
}

/// A server on a port of this host. Gone when dropped, with its connections.
pub struct Server {
    pub address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

impl Server {
    /// Answers each request by a script, which is told how many came before it.
    pub fn start(script: impl Fn(usize, &Seen) -> Step + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), None, script)
    }

    pub fn start_tls(
        config: ServerConfig,
        script: impl Fn(usize, &Seen) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), Some(Arc::new(config)), script)
    }

    pub fn allowing() -> Self {
        Self::start(|_, _| healthy())
    }

    pub fn at(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(usize, &Seen) -> Step + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared {
            script: Box::new(script),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: Mutex::default(),
            repaired: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        });
        let serving = shared.clone();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if serving.gone.load(Ordering::SeqCst) {
                    break;
                }
                let number = serving.connections.fetch_add(1, Ordering::SeqCst);
                let shared = serving.clone();
                shared.open.lock().unwrap().insert(number, stream.try_clone().unwrap());
                let tls = tls.clone();
                thread::spawn(move || {
                    // A client that goes away is no failure of the server's.
                    drop(match tls {
                        None => serve(&shared, &stream, &stream),
                        Some(config) => {
                            let session = ServerConnection::new(config).unwrap();
                            serve(&shared, StreamOwned::new(session, &stream), &stream)
                        }
                    });
                    // The last two handles of it: the connection ends here.
                    shared.open.lock().unwrap().remove(&number);
                });
            }
        });
        Self { address, scheme, shared }
    }

    /// By the address.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// By the name that certificates are for.
    pub fn named_url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// From here on it says yes.
    pub fn repair(&self) {
        self.shared.repaired.store(true, Ordering::SeqCst);
    }

    /// Closes every connection, as an idle timeout does.
    pub fn hang_up(&self) {
        for stream in self.shared.open.lock().unwrap().values() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::SeqCst);
        self.hang_up();
        // Wakes the listener up, to see that it is gone; and waits until it is.
        while TcpStream::connect(self.address).is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Yes, as AuthZEN says it.
pub fn healthy() -> Step {
    Step::Say(json(r#"{"decision":true}"#))
}

fn serve(shared: &Shared, mut stream: impl Read + Write, raw: &TcpStream) -> io::Result<()> {
    raw.set_nodelay(true)?;
    while let Some(seen) = request(&mut stream)? {
        let before = {
            let mut all = shared.seen.lock().unwrap();
            all.push(seen.clone());
            all.len() - 1
        };
        let step = if shared.repaired.load(Ordering::SeqCst) {
            healthy()
        } else {
            (shared.script)(before, &seen)
        };
        match step {
            Step::Say(bytes) => write(&mut stream, &bytes)?,
            Step::Close(bytes) => return write(&mut stream, &bytes),
            Step::Reset(bytes) => {
                write(&mut stream, &bytes)?;
                // The client gets what was written; then the connection ends with a reset.
                thread::sleep(Duration::from_millis(20));
                return reset(raw);
            }
            Step::After(pause, bytes) => {
                thread::sleep(pause);
                write(&mut stream, &bytes)?;
            }
            Step::Drip(first, slowly, pause) => {
                write(&mut stream, &first)?;
                for byte in slowly {
                    thread::sleep(pause);
                    write(&mut stream, &[byte])?;
                }
            }
            Step::Stall(bytes) => {
                write(&mut stream, &bytes)?;
                let until = Instant::now() + Duration::from_secs(20);
                while Instant::now() < until && !shared.gone.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(10));
                }
                return Ok(());
            }
            Step::Forever(first, again) => {
                write(&mut stream, &first)?;
                loop {
                    write(&mut stream, &again)?;
                }
            }
        }
    }
    Ok(())
}

fn write(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// Ends a connection with RST: without waiting for what was sent to arrive.
fn reset(raw: &TcpStream) -> io::Result<()> {
    let socket = socket2::SockRef::from(raw);
    socket.set_linger(Some(Duration::ZERO))
}

/// Reads one request. `None` where the client is done.
fn request(stream: &mut impl Read) -> io::Result<Option<Seen>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let mut seen = Seen { head: String::from_utf8(head).unwrap(), body: Vec::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    seen.body.resize(length, 0);
    stream.read_exact(&mut seen.body)?;
    Ok(Some(seen))
}
