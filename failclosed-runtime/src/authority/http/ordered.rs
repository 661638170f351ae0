//! Connections that know what came before the question was put, and behind its answer.
//!
//! The HTTP library takes an answer as soon as it comes, also while the question is still on its way
//! out. But an authority that has not been told everything cannot have decided about it, and whatever
//! says yes then is an answer to something else. Nor does it tell what stood behind an answer. Here,
//! above TLS, every byte passes that belongs to either.
//!
//! What comes while the next question is out looks like its answer, whoever it was for. So a
//! connection is kept for that one only where replies on it name their questions ([`Keep::WhileTied`]).

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

use super::{framing::Framing, metered::Begun};

/// As much is read at a time.
const PIECE: usize = 8 * 1024;

/// Whether a connection is used for more than one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Never,
    /// As long as each reply on it names its question, by an `X-Request-ID`. From the second question
    /// on, a reply without our id is none.
    WhileTied,
    /// Something else ties the replies, or whoever set this trusts the authority to answer once.
    Always,
}

/// Makes connections that know.
#[derive(Clone)]
pub(super) struct Ordered<C> {
    pub(super) connector: C,
    pub(super) keep: Keep,
    pub(super) begun: Begun,
}

impl<C> Service<Uri> for Ordered<C>
where
    C: Service<Uri>,
    C::Future: Send + 'static,
{
    type Response = InOrder<C::Response>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.connector.call(uri);
        let keep = self.keep;
        let begun = self.begun.clone();
        Box::pin(async move {
            let inner = connecting.await?;
            Ok(InOrder {
                inner,
                keep,
                begun,
                heard: false,
                awaits: false,
                unsent: false,
                order: Order::default(),
                framing: Framing::default(),
            })
        })
    }
}

/// Whether a connection has kept the order of question and answer. Each reply has its connection's.
#[derive(Clone, Default)]
pub(super) struct Order(Arc<Seen>);

#[derive(Default)]
struct Seen {
    /// Neither this nor the next is ever forgiven: the connection is not used again.
    early: AtomicBool,
    behind: AtomicBool,
    /// An earlier question went out on it, and only an id tells what a reply is to.
    again: AtomicBool,
    /// A reply on it was to another question: so may the next one be.
    crossed: AtomicBool,
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

    /// Whether a reply on it counts only with the id of its question.
    pub(super) fn demands_an_id(&self) -> bool {
        self.0.again.load(Ordering::Acquire)
    }

    /// A reply came that was to another question. The connection is not used again.
    pub(super) fn was_crossed(&self) {
        self.0.crossed.store(true, Ordering::Release);
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
    keep: Keep,
    begun: Begun,
    /// Whether anything has come on it.
    heard: bool,
    /// Whether a question has begun to which nothing has come yet.
    awaits: bool,
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
        if self.is_spent() {
            // FAIL CLOSED: an end, so that the HTTP library does not keep it. Whatever comes now is
            // nobody's.
            return Poll::Ready(Ok(()));
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
        if !piece.filled().is_empty() {
            (self.heard, self.awaits) = (true, false);
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
        // An end or an error is no byte; whoever reads next meets it again.
        if let Poll::Ready(Ok(Some(byte))) = self.look(cx) {
            self.framing.follow(&[byte]);
        }
    }

    /// One byte, if there is one; `None` at the end.
    fn look(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<u8>>> {
        let mut byte = [MaybeUninit::uninit()];
        let mut byte = ReadBuf::uninit(&mut byte);
        ready!(Pin::new(&mut self.inner).poll_read(cx, byte.unfilled()))?;
        Poll::Ready(Ok(byte.filled().first().copied()))
    }
}

fn said_more() -> io::Error {
    io::Error::other("the authority said more than one answer")
}

impl<T: Read + Unpin> InOrder<T> {
    /// Whether nothing would tell a reply to the next question from one to another, or the last one was to
    /// another.
    fn is_spent(&self) -> bool {
        let untied = self.keep == Keep::WhileTied && !self.framing.names_its_question();
        self.framing.is_whole() && (untied || self.order.0.crossed.load(Ordering::Acquire))
    }

    /// More of a question is about to go out: what comes now is the reply to it.
    ///
    /// # Errors
    /// A connection on which it must not go out.
    fn begins(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.order.check()?;
        if !self.order.ends_are_clean() {
            return Err(said_more());
        }
        if self.is_spent() {
            // FAIL CLOSED: also where the HTTP library has not looked for its end.
            return Err(io::ErrorKind::NotConnected.into());
        }
        if !self.awaits {
            if self.heard && self.keep == Keep::WhileTied {
                // FAIL CLOSED: what answered before may go on answering. It has been looked for since this
                // question was begun; what has come since then has not its id.
                self.order.0.again.store(true, Ordering::Release);
            } else {
                self.is_silent(cx)?;
            }
            self.awaits = true;
            self.framing = Framing::default();
        }
        self.unsent = true;
        Ok(())
    }

    /// Nothing has come on it. The HTTP library has mostly looked; but that may have been when it opened the
    /// connection. Here nothing lies between the look and the question.
    ///
    /// # Errors
    /// Something has, or it has ended.
    fn is_silent(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.begun.another();
        match self.look(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok(Some(_))) => {
                // FAIL CLOSED: it was said before this question, and is no answer to it.
                self.order.0.early.store(true, Ordering::Release);
                self.order.check()
            }
            Poll::Ready(Ok(None)) => Err(io::ErrorKind::NotConnected.into()),
            Poll::Ready(Err(error)) => Err(error),
        }
    }
}

impl<T: Read + Write + Unpin> Write for InOrder<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.begins(cx)?;
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
        self.begins(cx)?;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }
}

impl<T: Connection> Connection for InOrder<T> {
    fn connected(&self) -> Connected {
        self.inner.connected().extra(self.order.clone())
    }
}
