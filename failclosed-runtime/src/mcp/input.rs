//! The bytes of a client, before the SDK reads them.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use super::form;
use crate::strict::wire::{Shape, Verdict};

/// An answer to a form, on the wire.
pub(super) const FORM: Shape = Shape {
    mark: "action",
    proper: |result| form::content(result).map(drop),
    all_are_objects: true,
};

/// The longest message that is read, in bytes: what rmcp takes by default.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// The input of an MCP server over stdio or a socket, on which answers to questions are read strictly,
/// before the SDK reads them.
///
/// ```
/// # use tokio::io::{AsyncRead, AsyncWrite};
/// # async fn serve<S, I, O>(shop: S, (input, output): (I, O)) -> Result<(), Box<dyn std::error::Error>>
/// # where
/// #     S: rmcp::ServerHandler,
/// #     I: AsyncRead + Send + Unpin + 'static,
/// #     O: AsyncWrite + Send + Unpin + 'static,
/// # {
/// use failclosed_runtime::mcp::StrictInput;
/// use rmcp::ServiceExt;
///
/// // let (input, output) = rmcp::transport::stdio();
/// shop.serve((StrictInput::new(input), output)).await?.waiting().await?;
/// # Ok(()) }
/// ```
///
/// Without it the answer to a call that waits (up to protocol 2025-11-25) is what rmcp's parser made of
/// it: of a key that stood twice the last value, of a list a struct, and nothing of what was beside it.
/// Answers that come with a call that is made again are read whole in any case; over HTTP
/// [`SessionLayer`](super::SessionLayer) does the same.
///
/// # Denies
/// As malformed, the answer to a question that is not one object, has a key twice at any depth, or says
/// more than an answer does. A message that is no object is none. One of more than
/// [`MAX_MESSAGE_BYTES`] is dropped.
pub struct StrictInput<R> {
    inner: R,
    /// Of a message, what has come of it.
    line: Vec<u8>,
    /// Of a message that is too long, the rest is dropped.
    is_dropping: bool,
    /// Messages that are ready, and how much of them was read.
    ready: Vec<u8>,
    read: usize,
    is_over: bool,
}

impl<R> StrictInput<R> {
    /// Around the server's input, one message a line.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            line: Vec::new(),
            is_dropping: false,
            ready: Vec::new(),
            read: 0,
            is_over: false,
        }
    }

    fn take_in(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.append(&bytes[..end]);
            self.end_of_line();
            bytes = &bytes[end + 1..];
        }
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.is_dropping || self.line.len() + bytes.len() > MAX_MESSAGE_BYTES {
            // FAIL CLOSED: what cannot be read whole is not read.
            self.is_dropping = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    fn end_of_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_dropping) {
            return;
        }
        match FORM.judge(&line) {
            Verdict::Pass => self.ready.extend_from_slice(&line),
            Verdict::Instead(error) => self.ready.extend_from_slice(error.as_bytes()),
        }
        self.ready.push(b'\n');
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for StrictInput<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.read < this.ready.len() {
                let rest = &this.ready[this.read..];
                let some = rest.len().min(into.remaining());
                into.put_slice(&rest[..some]);
                this.read += some;
                return Poll::Ready(Ok(()));
            }
            (this.ready, this.read) = (Vec::new(), 0);
            if this.is_over {
                return Poll::Ready(Ok(()));
            }
            let mut bytes = [0; 8 * 1024];
            let mut bytes = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut bytes))?;
            // FAIL CLOSED: a last message that was broken off is none.
            this.is_over = bytes.filled().is_empty();
            this.take_in(bytes.filled());
        }
    }
}

impl<R> fmt::Debug for StrictInput<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StrictInput(..)")
    }
}
