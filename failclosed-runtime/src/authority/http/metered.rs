//! Connections on which an answer cannot go on for ever, nor come before anybody looks.
//!
//! The HTTP library skips interim replies (`100 Continue`) for as long as they come, in one go and
//! without looking at any clock: a flood of them would keep its task, and on some runtimes the timers
//! with it, from ever running. So what one question may bring in is limited here, under TLS and HTTP.
//!
//! Before a question goes out over a kept connection, the HTTP library looks whether something came
//! that nobody asked for, and then closes it. But it only sees what the runtime has noticed by then.
//! Where the thread was busy meanwhile, that is nothing: an answer that has been waiting in the socket
//! would be read behind the question, as the answer to it. So the socket itself is asked here, once
//! for each question that is begun, and once more directly before it goes out: the HTTP library looks four
//! times, and each look is a system call.

use std::{
    future::Future,
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use hyper::{
    Uri,
    rt::{Read, ReadBuf, ReadBufCursor, Write},
};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

use super::reach::Stream;

/// The most that is read, in bytes, after anything was written: a TLS handshake, the head of a reply,
/// and its 64 KiB in many small chunks have room in it.
const MAX_READ: usize = 512 * 1024;

/// As much is read at a time.
const PIECE: usize = 8 * 1024;

/// As much is read where only a look was wanted: nearly always nothing.
const LOOK: usize = 256;

/// How many questions have been begun over the connections of one client.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun(Arc<AtomicU64>);

impl Begun {
    /// To be called before a question is given to a connection, and before it goes out on one.
    pub(super) fn another(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Makes metered connections.
#[derive(Clone)]
pub(super) struct Metered<C> {
    pub(super) connector: C,
    pub(super) begun: Begun,
}

impl<C> Service<Uri> for Metered<C>
where
    C: Service<Uri, Response = Stream>,
    C::Future: Send + 'static,
{
    type Response = Meter;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Meter, C::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.connector.call(uri);
        let begun = self.begun.clone();
        Box::pin(async move {
            let inner = connecting.await?;
            Ok(Meter { inner, left: MAX_READ, asked: Asked::No, begun, empty: None })
        })
    }
}

/// A connection that may read so much until something is written again.
pub(super) struct Meter {
    inner: Stream,
    left: usize,
    asked: Asked,
    begun: Begun,
    /// How many questions had been begun when the socket was last asked, and had nothing.
    empty: Option<u64>,
}

/// How far a question is. What has come since ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    No,
    InPart,
    /// It is out: what comes now may be its answer.
    Whole,
}

impl Read for Meter {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            // FAIL CLOSED: whatever this is, an answer is shorter.
            return Poll::Ready(Err(io::Error::other("the authority sends without an end")));
        }
        // By way of a piece of our own, because a cursor does not tell what came through it.
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let mut room = PIECE.min(buffer.remaining()).min(self.left);
        let mut piece = ReadBuf::uninit(&mut piece[..room]);
        if Pin::new(&mut self.inner).poll_read(cx, piece.unfilled())?.is_pending() {
            if self.asked == Asked::Whole {
                return Poll::Pending;
            }
            // FAIL CLOSED: the runtime knows of nothing, which does not mean that nothing came. It
            // wakes this task when something does, so what is not there now is not missed.
            // One look for each question that is begun is enough: what comes behind it may be an answer.
            let begun = self.begun.count();
            if self.empty == Some(begun) {
                return Poll::Pending;
            }
            let mut bytes = [0; LOOK];
            room = room.min(LOOK);
            let Poll::Ready(there) = self.there(&mut bytes[..room]) else {
                self.empty = Some(begun);
                return Poll::Pending;
            };
            let there = there?;
            piece.unfilled().put_slice(bytes.get(..there).unwrap_or_default());
        }
        // A socket that gives less than there was room for has no more: what it was asked for this piece was a
        // look behind it as well.
        let is_drained = piece.filled().len() < room;
        (self.asked, self.empty) = (Asked::No, is_drained.then(|| self.begun.count()));
        self.left -= piece.filled().len();
        buffer.put_slice(piece.filled());
        Poll::Ready(Ok(()))
    }
}

impl Meter {
    /// What the socket has at this moment; nothing at its end.
    fn there(&self, bytes: &mut [u8]) -> Poll<io::Result<usize>> {
        match self.inner.there(bytes) {
            Ok(count) => Poll::Ready(Ok(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl Write for Meter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        (self.left, self.asked) = (MAX_READ, Asked::InPart);
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        if self.asked == Asked::InPart {
            self.asked = Asked::Whole;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        (self.left, self.asked) = (MAX_READ, Asked::InPart);
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }
}

impl Connection for Meter {
    fn connected(&self) -> Connected {
        self.inner.connected()
    }
}
