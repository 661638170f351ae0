//! A permission authority in a process of its own, to be killed, stopped and started again.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use failclosed::{Authority, Decision, NoDecision, Request, authority::Answer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A running authority process. Killed when dropped.
pub struct AuthorityProcess {
    child: Child,
    pub address: SocketAddr,
}

impl AuthorityProcess {
    /// Starts `program`; it prints the address it listens on. `port` 0 is any.
    pub fn start(program: &str, port: u16) -> Self {
        let mut child = Command::new(program)
            .arg(port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the authority process starts");
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).expect("the authority says where it listens");
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGSTOP: it is there, and does not answer.
    pub fn stop(&self) {
        self.signal("STOP");
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for AuthorityProcess {
    fn drop(&mut self) {
        // Already gone, in the tests that killed it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An authority that asks the process at this address about each purchase, over a new connection.
/// It has no error handling of its own: `?` is all there is to write.
pub struct Remote(pub SocketAddr);

impl Authority for Remote {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async move {
            let mut stream = TcpStream::connect(self.0).await?;
            stream.write_all(format!("{}\n", request.action()).as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            match answer.as_str() {
                "yes\n" => Ok(Decision::allow()),
                "no\n" => Ok(Decision::deny("the shop is closed")),
                _ => Err(NoDecision::malformed(format_args!("not yes or no: {answer:?}"))),
            }
        })
    }
}
