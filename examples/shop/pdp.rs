//! A permission server to have trouble with: OpenID AuthZEN over plain HTTP on this machine, in a
//! process of its own. It is the example's own program, started again as a server.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::{Value, json};

/// The argument that makes the program a server.
const SERVE: &str = "--serve-permissions";

/// The running server. Killed when it is dropped.
#[derive(Debug)]
pub struct Pdp {
    child: Child,
    address: SocketAddr,
}

impl Pdp {
    /// Starts this program again, as the server: on a port, 0 for any, and talking sense or not.
    ///
    /// # Errors
    /// The program cannot be started, or the port is taken.
    pub fn start(port: u16, talks: &str) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(env::current_exe()?)
            .args([SERVE, &port.to_string(), talks])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().parse()? })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends it a signal by name: `STOP`, `CONT`.
    ///
    /// # Errors
    /// There is no `kill` on this machine.
    pub fn signal(&self, name: &str) -> Result<(), Box<dyn Error>> {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &pid]).status()?;
        if status.success() { Ok(()) } else { Err(format!("kill: {status}").into()) }
    }

    /// Kills it, and starts it again on the same port.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn again(mut self, talks: &str) -> Result<Self, Box<dyn Error>> {
        self.kill()?;
        Self::start(self.address.port(), talks)
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Pdp {
    fn drop(&mut self) {
        // Already gone, where it was killed.
        let _ended = self.kill();
    }
}

/// Is the server, if the program was started as one; then it never returns.
///
/// # Errors
/// The port is taken.
pub fn serve_if_asked() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = env::args().skip(1).collect();
    let [asked, port, talks] = args.as_slice() else { return Ok(()) };
    if asked != SERVE {
        return Ok(());
    }
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?))?;
    println!("{}", listener.local_addr()?);
    let sense = talks == "sense";
    loop {
        let (client, _) = listener.accept()?;
        thread::spawn(move || serve(client, sense));
    }
}

/// Answers the questions of one connection.
fn serve(mut client: TcpStream, sense: bool) -> io::Result<()> {
    let mut questions = BufReader::new(client.try_clone()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if questions.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut question = vec![0; length];
        questions.read_exact(&mut question)?;
        let (kind, answer) = if sense {
            ("application/json", decide(&question).to_string())
        } else {
            // A login page, as somebody's proxy sends it: status 200, and a word of permission.
            ("text/html", "<html>Please log in. {\"decision\": true}</html>".to_owned())
        };
        write!(
            client,
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        )?;
    }
}

/// The whole policy: purchases up to 500.00 EUR.
fn decide(question: &[u8]) -> Value {
    let question: Value = serde_json::from_slice(question).unwrap_or_default();
    let purchase = question["action"]["name"] == "purchase";
    match question["resource"]["properties"]["cents"].as_i64() {
        Some(0..=50_000) if purchase => json!({"decision": true}),
        Some(_) if purchase => json!({
            "decision": false,
            "context": {"reason_user": {"en": "purchases over 500.00 EUR are not allowed"}},
        }),
        _ => json!({"decision": false}),
    }
}
