//! The body of a client's request over HTTP, before the SDK reads it.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame};

use super::input::{FORM, MAX_MESSAGE_BYTES};
use crate::strict::wire::Verdict;

/// A body that is read whole, as a message: [`SessionLayer`](super::SessionLayer).
pub struct StrictBody<B> {
    inner: Pin<Box<B>>,
    message: Vec<u8>,
    is_over: bool,
}

impl<B> StrictBody<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner: Box::pin(inner), message: Vec::new(), is_over: false }
    }

    fn judged(&mut self) -> Option<Bytes> {
        let message = std::mem::take(&mut self.message);
        match FORM.judge(&message) {
            Verdict::Pass if message.is_empty() => None,
            Verdict::Pass => Some(message.into()),
            Verdict::Instead(error) => Some(error.into()),
        }
    }
}

impl<B> Body for StrictBody<B>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        while !this.is_over {
            match ready!(this.inner.as_mut().poll_frame(cx)) {
                // Trailers are nothing of the message's.
                Some(Ok(frame)) => {
                    let Ok(mut data) = frame.into_data() else { continue };
                    if this.message.len() + data.remaining() > MAX_MESSAGE_BYTES {
                        this.is_over = true;
                        this.message = Vec::new();
                        // FAIL CLOSED: what cannot be read whole is not read.
                        let why = format!("the body is longer than {MAX_MESSAGE_BYTES} bytes");
                        return Poll::Ready(Some(Err(why.into())));
                    }
                    while data.has_remaining() {
                        let some = data.chunk().len();
                        this.message.extend_from_slice(data.chunk());
                        data.advance(some);
                    }
                }
                Some(Err(error)) => {
                    this.is_over = true;
                    this.message = Vec::new();
                    // FAIL CLOSED: a body that broke off is none.
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => {
                    this.is_over = true;
                    return Poll::Ready(this.judged().map(|message| Ok(Frame::data(message))));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl<B> fmt::Debug for StrictBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StrictBody(..)")
    }
}
