//! A response whose body is made later: by the task of the connection, when the handler is done.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};

use crate::guard::Guard;

/// A response body that acts for the caller of its request.
///
/// The connection's task polls it after the service's future is done. Without this a body that calls
/// guarded functions while it is streamed would ask as whoever runs the server.
pub struct ScopedBody<B> {
    guard: Guard,
    // In a box, so that it can be dropped under the guard without unsafe code.
    body: Option<Pin<Box<B>>>,
}

impl<B> ScopedBody<B> {
    pub(super) fn new(guard: Guard, body: B) -> Self {
        Self { guard, body: Some(Box::pin(body)) }
    }
}

impl<B: Body> Body for ScopedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Self { guard, body } = &mut *self;
        match body {
            Some(body) => guard.within(|| body.as_mut().poll_frame(cx)),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Some(body) => self.guard.within(|| body.is_end_stream()),
            None => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Some(body) => self.guard.within(|| body.size_hint()),
            None => SizeHint::with_exact(0),
        }
    }
}

impl<B> Drop for ScopedBody<B> {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            self.guard.within(|| drop(body));
        }
    }
}

impl<B> fmt::Debug for ScopedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScopedBody")
    }
}
