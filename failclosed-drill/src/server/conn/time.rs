//! Waiting, and ways to end.

use std::{
    io::{self, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use socket2::SockRef;

use super::{super::io_kind::Io, Conn, TICK};

impl Conn {
    /// Waits, unless the client goes away.
    pub fn wait(&mut self, time: Duration) -> io::Result<()> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.fill(left.min(TICK))?;
            self.alive()?;
        }
    }

    /// Waits without reading, so that not even a handshake begins.
    pub fn wait_unread(&mut self, time: Duration) -> io::Result<()> {
        std::thread::sleep(time);
        self.wanted()
    }

    /// Waits until this long after the client's deadline, counted from when it had connected.
    pub fn wait_past_deadline(&mut self, extra: Duration) -> io::Result<()> {
        let due = self.accepted + self.shared.deadline + extra;
        self.wait(due.saturating_duration_since(Instant::now()))
    }

    /// Does nothing more, for as long as the client stays.
    pub fn hang(&mut self) -> io::Result<()> {
        self.begin();
        loop {
            self.wait(Duration::from_secs(60))?;
        }
    }

    /// Ends the stream in an orderly way: a client reads an end, not an error.
    pub fn fin(&mut self) -> io::Result<()> {
        if let Io::Tls(tls) = &mut self.io {
            tls.conn.send_close_notify();
            tls.flush()?;
        }
        self.cut()
    }

    /// Ends the TCP stream without a word: inside TLS, without `close_notify`.
    pub fn cut(&mut self) -> io::Result<()> {
        self.io.tcp()?.shutdown(Shutdown::Write)?;
        // Closing while the client still sends would be a reset; it is granted the time to notice.
        let patience = self.shared.deadline * 2;
        self.wait(patience)
    }

    /// Resets the connection: a client reads an error.
    pub fn reset(&mut self) -> io::Result<()> {
        // What was sent before is to be read before: a reset overtakes nothing, but it is noticed
        // before what nobody has read yet.
        self.wait(Duration::from_millis(20))?;
        SockRef::from(self.io.tcp()?).set_linger(Some(Duration::ZERO))?;
        self.io = Io::Gone;
        Ok(())
    }
}
