//! Writing to a terminal and reading a line from it, without ever being stuck in either.

use std::{io, os::fd::BorrowedFd};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    termios::{QueueSelector, tcflush},
};

/// The longest answer, in bytes: a terminal's own limit on a line.
const MAX_LINE_BYTES: usize = 4096;

/// Ctrl-C and Ctrl-\, which end a line while signals are off.
pub(super) const INTERRUPTS: [u8; 2] = [0x03, 0x1c];

/// What was typed.
pub(super) enum Line {
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the terminal went away.
    Closed,
}

/// A terminal that does not block, and what says that nobody waits any more: its other end is
/// closed.
#[derive(Clone, Copy)]
pub(super) struct Screen<'fd> {
    pub(super) tty: BorrowedFd<'fd>,
    pub(super) gone: BorrowedFd<'fd>,
}

impl Screen<'_> {
    /// Shows the question, throws away what was typed before it was there, and reads one line.
    pub(super) fn ask(self, question: &str) -> io::Result<Line> {
        self.show(question)?;
        tcflush(self.tty, QueueSelector::IFlush)?;
        // From here on what is typed counts.
        self.show("> ")?;
        self.read()
    }

    fn show(self, text: &str) -> io::Result<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            self.wait(PollFlags::OUT)?;
            match rustix::io::write(self.tty, rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn read(self) -> io::Result<Line> {
        let (mut line, mut buffer) = (Vec::new(), [0; MAX_LINE_BYTES]);
        loop {
            self.wait(PollFlags::IN)?;
            let read = match rustix::io::read(self.tty, &mut buffer) {
                // The terminal hung up.
                Ok(0) | Err(Errno::IO) => return Ok(Line::Closed),
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(Errno::AGAIN | Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            line.extend_from_slice(read);
            if line.iter().any(|byte| INTERRUPTS.contains(byte)) {
                return Ok(Line::Interrupted);
            }
            if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
                line.truncate(end);
                return Ok(Line::Text(String::from_utf8_lossy(&line).into_owned()));
            }
            if line.len() > MAX_LINE_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end"));
            }
        }
    }

    /// Waits until the terminal is ready, or nobody waits for the answer any more.
    fn wait(self, what: PollFlags) -> io::Result<()> {
        let (tty, gone) = (self.tty, self.gone);
        let mut ready = [PollFd::new(&tty, what), PollFd::new(&gone, PollFlags::IN)];
        loop {
            match poll(&mut ready, None) {
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let [tty, gone] = ready;
        if !gone.revents().is_empty() {
            // FAIL CLOSED: what is typed now is not for us.
            return Err(io::Error::new(io::ErrorKind::Interrupted, "nobody waits for the answer"));
        }
        if tty.revents().contains(PollFlags::NVAL) {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "not a terminal to wait for"));
        }
        Ok(())
    }
}
