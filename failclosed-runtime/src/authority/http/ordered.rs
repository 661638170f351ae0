//! Connections that know what came before the question was put, and behind its answer.
//!
//! The HTTP library takes an answer as soon as it comes, also while the question is still on its way
//! out. But an authority that has not been told everything cannot have decided about it, and whatever
//! says yes then is an answer to something else. Nor does it tell what stood behind an answer. Here,
//! above TLS, every byte passes that belongs to either.

use std::{
    future::Future,
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use hyper::{
    Uri,
    rt::{Read, ReadBuf, ReadBufCursor, Write},
};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

use super::framing::Framing;

/// As much is read at a time.
const PIECE: usize = 8 * 1024;

/// Makes connections that know.
#[derive(Clone)]
pub(super) struct Ordered<C>(pub(super) C);

impl<C> Service<Uri> for Ordered<C>
where
    C: Service<Uri>,
    C::Future: Send + 'static,
{
    type Response = InOrder<C::Response>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            let inner = connecting.await?;
            Ok(InOrder {
                inner,
                unsent: false,
                order: Order::default(),
                framing: Framing::default(),
            })
        })
    }
}

/// Whether a connection has kept the order of question and answer. Each reply has its connection's.
#[derive(Clone, Default)]
pub(super) struct Order(Arc<Breaches>);

/// Neither is ever forgiven: the connection is not used again.
#[derive(Default)]
struct Breaches {
    early: AtomicBool,
    behind: AtomicBool,
}

impl Order {
    /// Whether nothing came on it before the question was out.
    pub(super) fn was_kept(&self) -> bool {
        !self.0.early.load(Ordering::Acquire)
    }

    /// Whether each reply on it ended where its framing says, as far as has been read.
    pub(super) fn ends_are_clean(&self) -> bool {
        !self.0.behind.load(Ordering::Acquire)
    }

    /// # Errors
    /// What came too early ends the connection: nothing of it is for the next question, and what is
    /// left of this one is sent to nobody.
    fn check(&self) -> io::Result<()> {
        if self.was_kept() {
            Ok(())
        } else {
            Err(io::Error::other("the authority answered before it had the question"))
        }
    }
}

/// A connection that knows whether what was written is out, and where what is read ends.
pub(super) struct InOrder<T> {
    inner: T,
    unsent: bool,
    order: Order,
    framing: Framing,
}

impl<T: Read + Unpin> Read for InOrder<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.order.ends_are_clean() {
            // FAIL CLOSED: nothing of what follows is for anybody. No end of the stream: where a head
            // is still waited for, that would be a reason to ask again.
            return Poll::Ready(Err(said_more()));
        }
        // By way of a piece of our own, because a cursor does not tell what came through it.
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let room = PIECE.min(buffer.remaining());
        let mut piece = ReadBuf::uninit(&mut piece[..room]);
        // An end of the stream counts too: it ends the connection anyway.
        ready!(Pin::new(&mut self.inner).poll_read(cx, piece.unfilled()))?;
        if self.unsent {
            self.order.0.early.store(true, Ordering::Release);
        }
        self.framing.follow(piece.filled());
        if self.framing.is_whole() {
            self.look_behind(cx);
        }
        if self.framing.is_astray() {
            // FAIL CLOSED: before anybody has the last byte of this reply.
            self.order.0.behind.store(true, Ordering::Release);
        }
        buffer.put_slice(piece.filled());
        Poll::Ready(Ok(()))
    }
}

impl<T: Read + Unpin> InOrder<T> {
    /// A reply that ends where the piece does may still have something behind it. One byte tells: it
    /// is given to nobody, and neither is what follows it.
    fn look_behind(&mut self, cx: &mut Context<'_>) {
        let mut byte = [MaybeUninit::uninit()];
        let mut byte = ReadBuf::uninit(&mut byte);
        // An end or an error is no byte; whoever reads next meets it again.
        let _ = Pin::new(&mut self.inner).poll_read(cx, byte.unfilled());
        self.framing.follow(byte.filled());
    }
}

fn said_more() -> io::Error {
    io::Error::other("the authority said more than one answer")
}

impl<T> InOrder<T> {
    /// More of a question is about to go out: what comes now is the reply to it.
    ///
    /// # Errors
    /// A connection on which it must not go out.
    fn begins(&mut self) -> io::Result<()> {
        self.order.check()?;
        if !self.order.ends_are_clean() {
            return Err(said_more());
        }
        if !self.unsent {
            self.framing = Framing::default();
        }
        self.unsent = true;
        Ok(())
    }
}

impl<T: Write + Unpin> Write for InOrder<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.begins()?;
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.order.check()?;
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        self.unsent = false;
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
        self.begins()?;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }
}

impl<T: Connection> Connection for InOrder<T> {
    fn connected(&self) -> Connected {
        self.inner.connected().extra(self.order.clone())
    }
}
