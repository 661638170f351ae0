//! The body of a client's request over HTTP, before the SDK reads it.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame};

use super::input::FORM;
use crate::strict::wire::Verdict;

/// A body that is read whole, as a message: [`SessionLayer`](super::SessionLayer).
pub struct StrictBody<B> {
    inner: Pin<Box<B>>,
    /// The most that is read, in bytes.
    longest: usize,
    message: Vec<u8>,
    is_over: bool,
}

impl<B> StrictBody<B> {
    pub(super) fn new(inner: B, longest: usize) -> Self {
        Self { inner: Box::pin(inner), longest, message: Vec::new(), is_over: false }
    }

    /// What is longer than the longest, and no message: the service answers that it is too large, or,
    /// if it takes longer ones, that it cannot be read.
    fn too_long(&mut self) -> Bytes {
        let mut message = std::mem::take(&mut self.message);
        message.clear();
        message.resize(self.longest.saturating_add(1), b'{');
        message.into()
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
                    if data.remaining() > this.longest - this.message.len() {
                        this.is_over = true;
                        // FAIL CLOSED: what cannot be read whole is not read.
                        return Poll::Ready(Some(Ok(Frame::data(this.too_long()))));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use std::{collections::VecDeque, future::poll_fn};

    use super::*;

    const LONGEST: usize = 100;

    /// What comes over the network, piece by piece.
    struct Pieces(VecDeque<Result<Bytes, &'static str>>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Box<dyn Error + Send + Sync>;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            let next = self.0.pop_front();
            Poll::Ready(next.map(|piece| piece.map(Frame::data).map_err(Into::into)))
        }
    }

    /// All that is read of it.
    async fn read(
        pieces: impl IntoIterator<Item = Result<Bytes, &'static str>>,
    ) -> Result<String, String> {
        let mut body = StrictBody::new(Pieces(pieces.into_iter().collect()), LONGEST);
        let mut read = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(|error| error.to_string())?;
            read.extend(frame.into_data().unwrap());
        }
        Ok(String::from_utf8(read).unwrap())
    }

    fn bytewise(text: &str) -> Vec<Result<Bytes, &'static str>> {
        text.bytes().map(|byte| Ok(vec![byte].into())).collect()
    }

    #[tokio::test]
    async fn a_body_is_judged_whole_whatever_its_pieces() {
        let no = r#"{"jsonrpc":"2.0","id":1,"result":{"action":"decline","action":"accept"}}"#;
        let yes = r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}"#;
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#;
        for same in ["", yes, call] {
            assert_eq!(read(bytewise(same)).await.unwrap(), same);
            assert_eq!(read([Ok(same.to_owned().into())]).await.unwrap(), same);
        }
        for pieces in [bytewise(no), vec![Ok(no.into())]] {
            let read = read(pieces).await.unwrap();
            assert!(read.contains(r#""error""#) && !read.contains("accept"), "{read}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_not_whole_is_none() {
        let yes = r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}"#;
        let broken = [Ok(yes.into()), Err("reset")];
        assert_eq!(read(broken).await.unwrap_err(), "reset");
        // An answer, and so much space behind it that its end is not read.
        for space in [LONGEST - yes.len(), LONGEST - yes.len() + 1, 10 * LONGEST] {
            let long = format!("{yes}{}", " ".repeat(space));
            for pieces in [bytewise(&long), vec![Ok(long.clone().into())]] {
                let read = read(pieces).await.unwrap();
                if long.len() <= LONGEST {
                    assert_eq!(read, long);
                } else {
                    assert_eq!(read, "{".repeat(LONGEST + 1));
                }
            }
        }
    }
}
