//! A client that does everything right, written here and for this only. It shows that the drills
//! can be passed: whoever fails one has not been asked for the impossible.

use std::{
    fs,
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use failclosed_drill::{Case, Cause, Format, Report, Run, Verdict};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use crate::DEADLINE;

mod http;
mod json;

type Refusal = (Cause, String);

fn refuse<T>(cause: Cause, why: impl ToString) -> Result<T, Refusal> {
    Err((cause, why.to_string()))
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// A connection with one deadline for everything.
struct Wire {
    stream: Box<dyn ReadWrite>,
    tcp: TcpStream,
    due: Instant,
}

impl Wire {
    fn read(&mut self, buffer: &mut Vec<u8>) -> Result<usize, Refusal> {
        self.tcp.set_read_timeout(Some(left(self.due)?)).unwrap();
        let mut bytes = [0; 4096];
        let count = self.stream.read(&mut bytes).map_err(lost)?;
        buffer.extend_from_slice(&bytes[..count]);
        // A thread that was woken late finds what came after the deadline.
        left(self.due)?;
        Ok(count)
    }
}

fn left(due: Instant) -> Result<Duration, Refusal> {
    match due.checked_duration_since(Instant::now()) {
        Some(left) if !left.is_zero() => Ok(left),
        _ => refuse(Cause::TimedOut, "the deadline has passed"),
    }
}

fn lost(error: io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => (Cause::TimedOut, error.to_string()),
        _ => (Cause::Unavailable, error.to_string()),
    }
}

fn address(url: &str, due: Instant) -> Result<(bool, SocketAddr), Refusal> {
    let unusable = || (Cause::NotConfigured, format!("unusable URL `{url}`"));
    let (scheme, authority) = url.split_once("://").ok_or_else(unusable)?;
    if !["http", "https"].contains(&scheme) || authority.contains(['@', '/', '?', '#', ' ']) {
        return Err(unusable());
    }
    let (host, port) = authority.rsplit_once(':').ok_or_else(unusable)?;
    let port: u16 = port.parse().map_err(|_| unusable())?;
    let is_loopback = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if host.is_empty() || port == 0 || (scheme == "http" && !is_loopback) {
        return Err(unusable());
    }
    // A resolver knows no deadline: it is waited for no longer than ours.
    let (send, receive) = mpsc::channel();
    let name = format!("{host}:{port}");
    thread::spawn(move || send.send(name.to_socket_addrs().map(|mut all| all.next())));
    match receive.recv_timeout(left(due)?) {
        Ok(Ok(Some(address))) => Ok((scheme == "https", address)),
        Ok(Ok(None)) => refuse(Cause::Unavailable, "no address"),
        Ok(Err(error)) => refuse(Cause::Unavailable, error),
        Err(_) => refuse(Cause::TimedOut, "the name did not resolve in time"),
    }
}

fn connect(case: &Case, due: Instant) -> Result<Wire, Refusal> {
    let (tls, address) = address(&case.url, due)?;
    let tcp = TcpStream::connect_timeout(&address, left(due)?).map_err(lost)?;
    tcp.set_write_timeout(Some(left(due)?)).unwrap();
    tcp.set_read_timeout(Some(left(due)?)).unwrap();
    let clone = tcp.try_clone().unwrap();
    if !tls {
        return Ok(Wire { stream: Box::new(tcp), tcp: clone, due });
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&fs::read(&case.ca).unwrap()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::IpAddress(address.ip().into());
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(session, tcp);
    while stream.conn.is_handshaking() {
        // Each read of a handshake that drips would have a full deadline of its own.
        clone.set_read_timeout(Some(left(due)?)).unwrap();
        match stream.conn.complete_io(&mut OneRead(&mut stream.sock, false)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Other => {}
            Err(error) => return Err(lost(error)),
        }
    }
    Ok(Wire { stream: Box::new(stream), tcp: clone, due })
}

/// Comes back after one read, so that somebody looks at the clock.
struct OneRead<'a>(&'a mut TcpStream, bool);

impl Read for OneRead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.1, true) {
            return Err(io::Error::other("one read is enough"));
        }
        self.0.read(buffer)
    }
}

impl Write for OneRead<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn check(case: &Case) -> Result<(), Refusal> {
    let due = Instant::now() + case.deadline;
    let mut wire = connect(case, due)?;
    let body = case.format.question();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: authority\r\nContent-Type: application/json\r\n\
         X-Request-ID: {}\r\nContent-Length: {}\r\n\r\n",
        case.format.path(),
        case.id,
        body.len(),
    );
    wire.stream.write_all((head + body).as_bytes()).map_err(lost)?;
    let answer = http::answer(&mut wire)?;
    if case.format == Format::AuthZen && answer.request_id.as_deref() != Some(&case.id) {
        return refuse(Cause::Malformed, "an answer to another request");
    }
    json::decide(case.format, &answer.body)?;
    // A late yes is a no.
    left(due).map(|_| ())
}

async fn drilled(format: Format) -> Report {
    Run::new(format)
        .deadline(DEADLINE)
        .jobs(6)
        .run(async |case: &Case| {
            let case = case.clone();
            match tokio::task::spawn_blocking(move || check(&case)).await.unwrap() {
                Ok(()) => Verdict::executed(),
                Err((cause, why)) => Verdict::refused(format!("{cause}: {why}")),
            }
        })
        .await
        .unwrap()
}

fn assert_passed(report: &Report) {
    let totals = report.totals();
    assert!(report.passed(), "{}", report.to_text());
    assert_eq!((totals.executed, totals.hung, totals.crashed), (0, 0, 0));
    assert_eq!(totals.leaked, 0, "{}", report.to_text());
    let imprecise: Vec<_> =
        report.rows.iter().filter(|row| row.is_precise() == Some(false)).collect();
    let told = |row: &&failclosed_drill::Row| {
        let causes: Vec<_> = row.drill.causes.iter().map(|cause| cause.name()).collect();
        format!("{}: {} instead of {causes:?}\n", row.drill.id, row.cause())
    };
    assert!(imprecise.is_empty(), "{}", imprecise.iter().map(told).collect::<String>());
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_behalf() {
    assert_passed(&drilled(Format::Behalf).await);
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_authzen() {
    assert_passed(&drilled(Format::AuthZen).await);
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_opa() {
    assert_passed(&drilled(Format::Opa).await);
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_openfga() {
    assert_passed(&drilled(Format::OpenFga).await);
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_spicedb() {
    assert_passed(&drilled(Format::SpiceDb).await);
}

#[tokio::test]
async fn a_strict_client_passes_all_drills_of_the_seed() {
    assert_passed(&drilled(Format::Seed).await);
}
