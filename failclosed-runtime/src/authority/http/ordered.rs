//! Connections that know what came before the question was put.
//!
//! The HTTP library takes an answer as soon as it comes, also while the question is still on its way
//! out. But an authority that has not been told everything cannot have decided about it, and whatever
//! says yes then is an answer to something else. Here, above TLS, every byte passes that belongs to
//! either.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use hyper::{
    Uri,
    rt::{Read, ReadBufCursor, Write},
};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

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
            Ok(InOrder { inner, unsent: false, order: Order::default() })
        })
    }
}

/// Whether a connection has kept the order of question and answer. Each reply has its connection's.
#[derive(Clone, Default)]
pub(super) struct Order(Arc<AtomicBool>);

impl Order {
    /// Whether nothing came on it before the question was out.
    pub(super) fn was_kept(&self) -> bool {
        !self.0.load(Ordering::Acquire)
    }

    fn broken(&self) {
        self.0.store(true, Ordering::Release);
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

/// A connection that knows whether what was written is out.
pub(super) struct InOrder<T> {
    inner: T,
    unsent: bool,
    order: Order,
}

impl<T: Read + Unpin> Read for InOrder<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // An end of the stream counts too: it ends the connection anyway.
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        if self.unsent {
            self.order.broken();
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Write + Unpin> Write for InOrder<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.order.check()?;
        self.unsent = true;
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
        self.order.check()?;
        self.unsent = true;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }
}

impl<T: Connection> Connection for InOrder<T> {
    fn connected(&self) -> Connected {
        self.inner.connected().extra(self.order.clone())
    }
}
