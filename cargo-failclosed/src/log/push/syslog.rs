//! Messages of RFC 5424 over TCP, each behind its length (RFC 6587). Syslog has no acknowledgement. What
//! stands for one is the end of a connection: all is written and our half closed, and the receiver closes
//! its half when it has read to that end. One that was lost with bytes unread is reset, and no end.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use failclosed_runtime::audit::Record;

use super::{
    otlp::{kind, severity},
    receiver::Fault,
};
use crate::log::{Refusal, text};

/// "Log audit", of RFC 5424.
const FACILITY: u8 = 13;
const CONNECT: Duration = Duration::from_secs(10);

pub(super) struct Syslog {
    to: String,
    timeout: Duration,
}

impl Syslog {
    /// # Errors
    /// What is no address of syslog over TCP.
    pub(super) fn to(to: &str, timeout: Duration) -> Result<Self, Refusal> {
        let named = to.strip_prefix("tcp://").filter(|named| {
            let port = named.rsplit_once(':').filter(|(host, _)| !host.is_empty());
            port.is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        });
        match named {
            Some(named) => Ok(Self { to: named.to_owned(), timeout }),
            None => Err(Refusal::undecided(
                "`--to` is no address of syslog\nhelp: `--to tcp://syslog.example:601`",
            )),
        }
    }

    /// Over a connection of their own, because its end is the acknowledgement.
    pub(super) fn send(&self, frames: &[Vec<u8>]) -> Result<(), Fault> {
        let until = Instant::now() + self.timeout;
        let sent = || -> io::Result<()> {
            let mut stream = self.connect()?;
            stream.set_write_timeout(Some(self.timeout))?;
            for frame in frames {
                stream.write_all(frame)?;
                if Instant::now() > until {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            stream.shutdown(Shutdown::Write)?;
            let mut byte = [0];
            stream.set_read_timeout(Some(
                until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)),
            ))?;
            match stream.read(&mut byte)? {
                0 => Ok(()),
                // FAIL CLOSED: nothing is said here by who speaks syslog.
                _ => Err(io::Error::other("it answered, and syslog has no answers")),
            }
        };
        sent().map_err(|error| {
            // The first is what a read that timed out says on Unix.
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
                return Fault::later("it did not take all of it in time");
            }
            Fault::later(error.to_string())
        })
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::other("it has no address");
        for address in self.to.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, CONNECT.min(self.timeout)) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// One record, with its place in the chain as structured data and its own line as the message.
///
/// # Errors
/// None of its own.
pub(super) fn frame(record: &Record, line: &[u8]) -> Result<Vec<u8>, String> {
    let severity = match severity(record).1 {
        "ERROR" => 3,
        "WARN" => 4,
        _ => 6,
    };
    let (priority, kind) = (FACILITY * 8 + severity, kind(record));
    let known = [
        ("call", &record.call),
        ("agent", &record.agent),
        ("action", &record.action),
        ("verdict", &record.verdict),
        ("cause", &record.cause),
        ("outcome", &record.outcome),
    ];
    let known = known.iter().filter_map(|(name, value)| {
        let value = value.as_ref()?;
        Some(format!(r#" {name}="{}""#, parameter(value)))
    });
    // The number is the one that the RFC keeps for documentation: nobody else's.
    let data = format!(
        r#"[failclosed@32473 seq="{}" hash="{}"{}]"#,
        record.seq,
        parameter(&record.hash),
        known.collect::<String>()
    );
    let time = text::time_with_millis(record.at_ms);
    let head = format!("<{priority}>1 {time} - failclosed - {kind} {data} ");
    // The mark that says UTF-8.
    let message = [head.as_bytes(), b"\xef\xbb\xbf", line].concat();
    Ok([format!("{} ", message.len()).as_bytes(), &message].concat())
}

/// A value between quotes.
fn parameter(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
