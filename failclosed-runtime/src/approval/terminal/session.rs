//! The terminal while a question is on it.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::Arc,
    thread::{self, JoinHandle},
};

use rustix::{
    fs::{Mode, OFlags, open},
    io::Errno,
    pipe::{PipeFlags, pipe_with},
    process::getpgrp,
    termios::{
        InputModes, LocalModes, OptionalActions, OutputModes, QueueSelector, SpecialCodeIndex,
        Termios, tcflush, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
    },
};
use tokio::sync::oneshot;

use super::{
    super::fold::NARROWEST,
    line::{INTERRUPTS, Line, Screen},
};

const CONTROLLING_TERMINAL: &str = "/dev/tty";

/// The terminal, made fit for a line of text. Dropping it, in whatever way, takes the question off
/// and puts the terminal back as it was.
pub(super) struct Session {
    tty: Arc<OwnedFd>,
    before: Termios,
    reader: Option<Reader>,
    farewell: &'static str,
}

/// How much of a question is on the screen at once.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// Of a terminal that does not know its own.
const USUAL: Size = Size { columns: 80, rows: 24 };

/// The thread that waits for the person. It stops as soon as `wake` is closed.
struct Reader {
    wake: OwnedFd,
    thread: JoinHandle<()>,
}

impl Session {
    /// `None` where nobody is there to ask: there is no terminal, or it is not ours at the moment.
    pub(super) fn open() -> io::Result<Option<Self>> {
        // A file of its own: not to block here does not change standard input for anybody.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let tty = match open(CONTROLLING_TERMINAL, flags, Mode::empty()) {
            Ok(tty) => tty,
            Err(Errno::NXIO | Errno::NOENT | Errno::NODEV | Errno::NOTTY) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // A process in the background would be stopped for touching the terminal, and with it
        // everything that could end the wait.
        if tcgetpgrp(&tty)? != getpgrp() {
            return Ok(None);
        }
        let before = tcgetattr(&tty)?;
        // From here on `Drop` puts it back.
        let session = Self { tty: Arc::new(tty), before, reader: None, farewell: WITHDRAWN };
        tcsetattr(&*session.tty, OptionalActions::Now, &for_a_line(&session.before))?;
        Ok(Some(session))
    }

    /// How large the screen is.
    ///
    /// # Errors
    /// It is too narrow to show a line on.
    pub(super) fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&*self.tty)?;
        let or = |cells: u16, usual| if cells == 0 { usual } else { usize::from(cells) };
        let size =
            Size { columns: or(size.ws_col, USUAL.columns), rows: or(size.ws_row, USUAL.rows) };
        if size.columns < NARROWEST {
            // FAIL CLOSED: it would break lines where it likes.
            let fault = "the terminal is too narrow to show a question";
            return Err(io::Error::new(io::ErrorKind::Unsupported, fault));
        }
        Ok(size)
    }

    /// Puts a question; the receiver gets the line that is typed after it was shown.
    pub(super) fn ask(
        &mut self,
        question: String,
    ) -> io::Result<oneshot::Receiver<io::Result<Line>>> {
        self.stop();
        let (gone, wake) = pipe_with(PipeFlags::CLOEXEC)?;
        let (answer, answered) = oneshot::channel();
        let tty = Arc::clone(&self.tty);
        let thread = thread::Builder::new().name("terminal approver".into()).spawn(move || {
            let line = Screen { tty: tty.as_fd(), gone: gone.as_fd() }.ask(&question);
            // Nobody may be waiting any more; then there is nobody to tell.
            let _unheard = answer.send(line);
        })?;
        self.reader = Some(Reader { wake, thread });
        Ok(answered)
    }

    /// What is said last.
    pub(super) fn end(&mut self, farewell: &'static str) {
        self.farewell = farewell;
    }

    /// Returns when nothing reads from the terminal any more.
    fn stop(&mut self) {
        if let Some(Reader { wake, thread }) = self.reader.take() {
            drop(wake);
            // It does nothing that blocks but wait for `wake`.
            let _ended = thread.join();
        }
    }
}

const WITHDRAWN: &str = "\nNot allowed: nobody waits for an answer any more.";

impl Drop for Session {
    fn drop(&mut self) {
        self.stop();
        // Each as far as it goes: a terminal that is gone needs none of them.
        let _shown = rustix::io::write(&*self.tty, format!("{}\n\n", self.farewell).as_bytes());
        // Half an answer must not become somebody else's input.
        let _flushed = tcflush(&*self.tty, QueueSelector::IFlush);
        let _restored = tcsetattr(&*self.tty, OptionalActions::Now, &self.before);
    }
}

/// Lines with an echo, whatever the host uses the terminal for. Ctrl-C ends the line and kills
/// nobody: it is an answer, and belongs on record.
fn for_a_line(before: &Termios) -> Termios {
    let mut modes = before.clone();
    modes.local_modes |=
        LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK;
    modes.local_modes &= !LocalModes::ISIG;
    modes.input_modes |= InputModes::ICRNL;
    modes.input_modes &= !(InputModes::IGNCR | InputModes::INLCR | InputModes::ISTRIP);
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.special_codes[SpecialCodeIndex::VEOF] = 0x04;
    modes.special_codes[SpecialCodeIndex::VEOL] = INTERRUPTS[0];
    modes.special_codes[SpecialCodeIndex::VEOL2] = INTERRUPTS[1];
    modes
}
