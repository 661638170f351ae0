//! A server that somebody else wrote, in a process of its own: to be killed, stopped and started
//! again.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command},
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to start, on a machine that has other things to do.
const START: Duration = Duration::from_secs(60);

/// Where a server listens, and where it may have a folder of its own.
///
/// The address is one of this host's own that no other process takes: a server that comes back finds
/// its port free, and a client does not meet itself there while the server is away.
pub struct Place {
    pub ip: Ipv4Addr,
    pub folder: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        static LAST: AtomicU8 = AtomicU8::new(0);
        let last = LAST.fetch_add(1, Ordering::SeqCst) + 1;
        let [.., middle, low] = std::process::id().to_be_bytes();
        let ip = Ipv4Addr::new(127, 64 + middle % 128, low, last);
        let folder = std::env::temp_dir().join(format!("failclosed-peer-{ip}"));
        Self { ip, folder }
    }

    /// A port that is free.
    pub fn port(&self) -> SocketAddr {
        let listener = TcpListener::bind((self.ip, 0)).expect("an address of this host");
        listener.local_addr().unwrap()
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

type Make<T> = Box<dyn Fn() -> T + Send + Sync>;

/// A running server. Killed when dropped.
pub struct Server {
    pub address: SocketAddr,
    /// Gone with the server.
    pub folder: PathBuf,
    command: Make<Command>,
    ready: Make<bool>,
    child: Child,
}

impl Server {
    /// Starts what `command` says, and waits until it is `ready`.
    ///
    /// # Panics
    /// It ends, or is not ready in time. What it printed is shown.
    pub fn start(
        address: SocketAddr,
        folder: PathBuf,
        command: impl Fn() -> Command + Send + Sync + 'static,
        ready: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        fs::create_dir_all(&folder).expect("a folder for the server");
        let child = spawn(&command, &folder);
        let (command, ready) = (Box::new(command) as _, Box::new(ready) as _);
        let mut server = Self { address, folder, command, ready, child };
        server.wait();
        server
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(&self.command, &self.folder);
        self.wait();
    }

    /// SIGSTOP: it is there, and does not answer.
    pub fn stop(&self) {
        self.signal("STOP");
        // One thread after the other stops, and until then each may still answer.
        while !self.stopped() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether each of its threads is in the state `T` (stopped).
    fn stopped(&self) -> bool {
        let threads = format!("/proc/{}/task", self.child.id());
        let mut threads = fs::read_dir(threads).expect("its threads").map(Result::unwrap);
        threads.all(|thread| {
            let state = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            // The name, in parentheses, may have spaces in it.
            state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
        })
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let (signal, pid) = (format!("-{name}"), self.child.id().to_string());
        let status = Command::new("kill").args([signal, pid]).status().unwrap();
        assert!(status.success());
    }

    fn wait(&mut self) {
        let started = Instant::now();
        while !(self.ready)() {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended ({status})");
            }
            assert!(started.elapsed() < START, "the server is not ready");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone, in the tests that killed it.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            eprintln!("--- what the server at {} said\n{log}", self.address);
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn spawn(command: impl Fn() -> Command, folder: &std::path::Path) -> Child {
    let log = folder.join("log");
    let log = fs::File::options().append(true).create(true).open(log).unwrap();
    let mut command = command();
    command.stdout(log.try_clone().unwrap()).stderr(log).env("TMPDIR", folder);
    command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// One HTTP exchange by hand: the status and the body, or nothing if nobody answers.
pub fn http(address: SocketAddr, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    let (head, body) = reply.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}
