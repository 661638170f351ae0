//! What an authority must reply: status 200, one JSON object, framed in one way, in one piece.
//!
//! | of a reply | accepted |
//! | --- | --- |
//! | status | 200, and no other; at most 64 interim ones before it |
//! | time | after the whole question was written, and before the deadline |
//! | length | one `Content-Length`, or `Transfer-Encoding: chunked`; not both, and not neither |
//! | `Content-Type` | one, `application/json`, with no parameter but `charset=utf-8` |
//! | `X-Request-ID` | our own, where there is one; demanded over a connection that is kept for its sake |
//! | `Age` | none: it tells that the reply was not made for this question (RFC 9111, 5.1) |
//! | `Content-Encoding` | none, `identity` included, which RFC 9110 keeps out of this header |
//! | body | at most 64 KiB |
//! | behind the body | nothing that is there when its last byte is read |
//!
//! A body without a length ends where the connection does, whoever ended it: HTTP/1.0 replies count
//! only with a `Content-Length`.
//!
//! What comes behind a whole reply later is not waited for. It answers nothing, and its connection is
//! closed.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use bytes::{Bytes, BytesMut};
use hyper::{
    Response, StatusCode,
    body::{Body, Incoming},
    header::{
        AGE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
        TRANSFER_ENCODING,
    },
};

use super::{
    client::chain,
    credentials::Credentials,
    json::MAX_REPLY_BYTES,
    ordered::Order,
    retry::{Again, Failure, retry_after},
};
use crate::decision::NoDecision;

/// As much of what an authority says is shown to the operator.
const SHOWN: usize = 200;

/// The id of the question.
pub(super) struct Id<'q> {
    pub(super) asked: &'q HeaderValue,
    /// Whether the reply has to repeat it. One that carries another is refused in any case.
    pub(super) demanded: bool,
}

/// Reads a reply whole.
pub(super) async fn body(
    response: Response<Incoming>,
    id: &Id<'_>,
    credentials: &Credentials,
) -> Result<Bytes, Failure> {
    if response.status() != StatusCode::OK {
        // FAIL CLOSED: no other status is an answer, whatever stands under it.
        return Err(Box::pin(other_status(response, credentials)).await);
    }
    let order = response.extensions().get::<Order>().cloned();
    let Some(order) = order.filter(Order::was_kept) else {
        // FAIL CLOSED: it is not about a question that nobody had heard to its end.
        return Err(NoDecision::malformed("the reply came before the question was out").into());
    };
    let length = head(response.headers(), id, &order, credentials)?;
    let mut incoming = response.into_body();
    // FAIL CLOSED: before it is kept, so that nobody makes us hold a gigabyte.
    let fits = |kept: usize, piece: &Bytes| {
        if kept + piece.len() > MAX_REPLY_BYTES { Err(too_large()) } else { Ok(()) }
    };
    let mut body = read_one(&mut incoming).await?.unwrap_or_default();
    fits(0, &body)?;
    if let Some(more) = read_one(&mut incoming).await? {
        // Only a reply that comes in pieces is copied.
        let mut whole = BytesMut::with_capacity(length.unwrap_or(MAX_REPLY_BYTES / 8));
        whole.extend_from_slice(&body);
        let mut more = Some(more);
        while let Some(piece) = more {
            fits(whole.len(), &piece)?;
            whole.extend_from_slice(&piece);
            more = read_one(&mut incoming).await?;
        }
        body = whole.freeze();
    }
    if length.is_some_and(|length| length != body.len()) {
        // FAIL CLOSED: whoever says that this is all, the head says otherwise.
        return Err(NoDecision::unavailable("the reply broke off: it has another length").into());
    }
    if !order.ends_are_clean() {
        // FAIL CLOSED: whoever wrote that sees another end, or says more than one thing.
        return Err(NoDecision::malformed("the reply has bytes behind its end").into());
    }
    Ok(body)
}

/// The next piece of a body, `None` behind the last one.
async fn read_one(incoming: &mut Incoming) -> Result<Option<Bytes>, Failure> {
    let Some(frame) = poll_fn(|cx| Pin::new(&mut *incoming).poll_frame(cx)).await else {
        return Ok(None);
    };
    let frame = frame.map_err(|error| {
        // FAIL CLOSED: a part of an answer is no answer, even where it parses. And it is not asked
        // for again: the authority did decide.
        NoDecision::unavailable(format_args!("the reply broke off: {}", chain(&error)))
    })?;
    frame.into_data().map(Some).map_err(|_| {
        // FAIL CLOSED: nobody asked for trailers, and some gateways report their errors there.
        NoDecision::malformed("the reply goes on behind its body").into()
    })
}

/// Checks everything above the body. Gives its length, where that is known.
fn head(
    headers: &HeaderMap,
    id: &Id<'_>,
    order: &Order,
    credentials: &Credentials,
) -> Result<Option<usize>, NoDecision> {
    let malformed = |fault: &str| NoDecision::malformed(format_args!("the reply {fault}"));
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(malformed("has a content encoding, which nobody asked for"));
    }
    if headers.contains_key(AGE) {
        // FAIL CLOSED: a cache keeps it under the address of the question, whatever was asked.
        return Err(malformed("comes from a cache"));
    }
    let length = match (one(headers, &CONTENT_LENGTH), one(headers, &TRANSFER_ENCODING)) {
        (One::Absent, One::Is(value)) if value.as_bytes().eq_ignore_ascii_case(b"chunked") => None,
        (One::Is(value), One::Absent) => {
            // One that some readers take for octal is none: they would see another end.
            let plain = |text: &&str| text.len() == 1 || !text.starts_with(['0', '+']);
            let length = value.to_str().ok().filter(plain).and_then(|text| text.parse().ok());
            match length {
                Some(length) if length > MAX_REPLY_BYTES => return Err(too_large()),
                Some(length) => Some(length),
                None => return Err(malformed("has no valid length")),
            }
        }
        (One::Absent, One::Absent) => {
            return Err(malformed("has no length, so that nobody can tell whether it is whole"));
        }
        // FAIL CLOSED: two proxies on the way may each have read another end (request smuggling).
        _ => return Err(malformed("says in more than one way how long it is")),
    };
    match one(headers, &CONTENT_TYPE) {
        One::Is(value) if is_json(value) => {}
        One::Is(value) => {
            let value = shown(value.as_bytes(), credentials);
            return Err(malformed(&format!("is not `application/json` but {value}")));
        }
        One::Absent => return Err(malformed("has no content type")),
        One::Several => return Err(malformed("has more than one content type")),
    }
    match one(headers, &super::exchange::REQUEST_ID) {
        One::Is(value) if value.as_bytes() == id.asked.as_bytes() => {}
        // FAIL CLOSED: an answer to another question, also where nobody had to say so. What comes next on this
        // connection may be one too.
        One::Is(_) | One::Several => {
            order.was_crossed();
            return Err(malformed("is to another question: its `X-Request-ID` is not ours"));
        }
        One::Absent if id.demanded => {
            order.was_crossed();
            return Err(malformed("does not repeat our `X-Request-ID`"));
        }
        // FAIL CLOSED: it may be one that was on its way when this question was put.
        One::Absent if order.demands_an_id() => {
            order.was_crossed();
            return Err(malformed(
                "does not repeat our `X-Request-ID`, as the one before it on its connection did; \
                 help: where only some replies have it, set `single_use_connections()`",
            ));
        }
        One::Absent => {}
    }
    Ok(length)
}

enum One<'h> {
    Absent,
    Is(&'h HeaderValue),
    Several,
}

fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> One<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => One::Absent,
        (Some(value), None) => One::Is(value),
        (Some(_), Some(_)) => One::Several,
    }
}

/// `application/json`, with no parameter but one `charset=utf-8`.
fn is_json(value: &HeaderValue) -> bool {
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(|part| part.trim_matches([' ', '\t']));
    if !parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json")) {
        return false;
    }
    match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some(parameter), None) => ["charset=utf-8", "charset=\"utf-8\""]
            .iter()
            .any(|known| parameter.eq_ignore_ascii_case(known)),
        (Some(_), Some(_)) => false,
    }
}

fn too_large() -> NoDecision {
    NoDecision::malformed(format_args!("the reply is longer than {MAX_REPLY_BYTES} bytes"))
}

async fn other_status(mut response: Response<Incoming>, credentials: &Credentials) -> Failure {
    let status = response.status();
    // What came with the head is worth a look; nothing is waited for.
    let came = {
        let mut came = pin!(read_one(response.body_mut()));
        poll_fn(|cx| Poll::Ready(came.as_mut().poll(cx))).await
    };
    let said = match came {
        Poll::Ready(Ok(Some(piece))) => format!(": {}", shown(&piece, credentials)),
        Poll::Ready(_) | Poll::Pending => String::new(),
    };
    let number = status.as_u16();
    let mut again = Again::Never;
    let why = match number {
        401 | 403 => {
            if number == 401 {
                again = Again::AsAnother;
            }
            format!("status {number}: the authority refused our credentials{said}")
        }
        429 | 503 => match retry_after(response.headers()) {
            Ok(pause) => {
                again = Again::Later(pause);
                let until = pause.map_or(String::new(), |pause| format!(", for {pause:?}"));
                format!("status {number}: the authority is busy{until}{said}")
            }
            Err(()) => {
                format!("status {number}: the authority is busy, until who knows when{said}")
            }
        },
        300..=399 => format!("status {number}: redirects are not followed{said}"),
        _ => format!("status {number}{said}"),
    };
    Failure { why: NoDecision::unavailable(why), again }
}

/// A piece of what somebody else wrote, short, on one line, and without our credentials.
pub(super) fn shown(bytes: &[u8], credentials: &Credentials) -> String {
    let text = String::from_utf8_lossy(bytes);
    if credentials.are_in(&text) {
        return "(not shown: it repeats our credentials)".into();
    }
    let mut letters = text.escape_debug();
    let mut shown: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        shown.push_str(" ..");
    }
    format!("\"{shown}\"")
}
