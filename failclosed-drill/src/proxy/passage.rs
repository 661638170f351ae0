//! One connection through a proxy.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use socket2::SockRef;

use super::{Fault, Shared};

/// How often a waiting direction looks whether it is still wanted.
const TICK: Duration = Duration::from_millis(10);

/// What both directions have to know of each other.
struct Passage<'a> {
    shared: &'a Shared,
    client: TcpStream,
    authority: TcpStream,
    /// The client has said its last word.
    asked: AtomicBool,
    over: AtomicBool,
}

pub(super) fn forward(shared: &Shared, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    if shared.fault() == Fault::Refuse {
        return reset(&client);
    }
    // An authority that is gone looks the same from behind a proxy as from before it.
    let Ok(authority) = TcpStream::connect(shared.upstream) else { return reset(&client) };
    authority.set_nodelay(true)?;
    client.set_read_timeout(Some(TICK))?;
    authority.set_read_timeout(Some(TICK))?;
    let (asked, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let passage = Passage { shared, client, authority, asked, over };
    thread::scope(|scope| {
        scope.spawn(|| {
            // An end that is gone ends its direction; the other one notices by itself.
            let _ = passage.questions();
            passage.asked.store(true, Ordering::Release);
            let _ = passage.authority.shutdown(Shutdown::Write);
        });
        let _ = passage.answers();
        passage.over.store(true, Ordering::Release);
    });
    match shared.fault() {
        Fault::Refuse | Fault::Reset => reset(&passage.client),
        Fault::Pass
        | Fault::Hang
        | Fault::Truncate(_)
        | Fault::Delay(_)
        | Fault::Flip
        | Fault::Garble => Ok(()),
    }
}

impl Passage<'_> {
    /// Client to authority: as it is.
    fn questions(&self) -> io::Result<()> {
        let mut buffer = [0; 16 << 10];
        loop {
            let count = self.receive(&self.client, &mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            (&self.authority).write_all(&buffer[..count])?;
        }
    }

    /// Authority to client: as it is told.
    fn answers(&self) -> io::Result<()> {
        let mut client = &self.client;
        let mut buffer = [0; 16 << 10];
        let mut sent = 0;
        loop {
            let count = self.receive(&self.authority, &mut buffer)?;
            if count == 0 {
                while self.shared.fault() == Fault::Hang && !self.asked.load(Ordering::Acquire) {
                    self.wanted()?;
                    thread::sleep(TICK);
                }
                // Who is to be reset is not to see an orderly end before.
                return match self.shared.fault() {
                    Fault::Refuse | Fault::Reset => Ok(()),
                    Fault::Pass
                    | Fault::Hang
                    | Fault::Truncate(_)
                    | Fault::Delay(_)
                    | Fault::Flip
                    | Fault::Garble => client.shutdown(Shutdown::Both),
                };
            }
            let bytes = &mut buffer[..count];
            let head = bytes.starts_with(b"HTTP/1.");
            match self.shared.fault() {
                Fault::Pass => client.write_all(bytes)?,
                Fault::Refuse | Fault::Reset => return Ok(()),
                // What came is gone for good: a later `pass` finds the connection without it.
                Fault::Hang => {}
                Fault::Truncate(limit) => {
                    let left = limit.saturating_sub(sent).min(count);
                    client.write_all(&bytes[..left])?;
                    if sent + count >= limit {
                        return client.shutdown(Shutdown::Both);
                    }
                }
                Fault::Delay(time) => {
                    thread::sleep(time);
                    client.write_all(bytes)?;
                }
                Fault::Flip => {
                    // An answer begins a packet on every connection where one is asked at a time.
                    if head && count > 12 {
                        bytes[9..12].copy_from_slice(b"503");
                    }
                    client.write_all(bytes)?;
                }
                Fault::Garble => {
                    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
                    let body = if head { end.map_or(count, |at| at + 4) } else { 0 };
                    for byte in bytes[body..].iter_mut().filter(|byte| !byte.is_ascii_whitespace())
                    {
                        *byte ^= 1;
                    }
                    client.write_all(bytes)?;
                }
            }
            sent += count;
        }
    }

    fn receive(&self, mut from: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match from.read(buffer) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    self.wanted()?;
                }
                ended => return ended,
            }
        }
    }

    /// # Errors
    /// Nobody needs this connection any more.
    fn wanted(&self) -> io::Result<()> {
        let over = self.shared.over() || self.over.load(Ordering::Acquire);
        if over || self.shared.fault() == Fault::Refuse {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }
}

/// What follows is the drop of the last handle, and then the reset.
fn reset(client: &TcpStream) -> io::Result<()> {
    SockRef::from(client).set_linger(Some(Duration::ZERO))
}
