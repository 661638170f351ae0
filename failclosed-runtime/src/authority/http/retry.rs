//! When a question is put again.
//!
//! Only where no answer was given: the authority was not reached, the connection closed before the
//! head of an answer was complete, or the answer was "not now" (429, 503). An answer that cannot be
//! used is never asked for again: it is evidence of a broken or hostile authority. And only where
//! the dialect says that asking changes nothing.
//!
//! One that was refused for its credentials (401) was not decided about, whatever its dialect. It is
//! put once more where another secret lies in the file meanwhile that they come from.
//!
//! Under this the client has one repetition of its own, which cannot be switched off: a question
//! that waits for a kept connection goes to another one where that connection turns out to be closed
//! before the first byte was written. Nothing was sent then, so no authority sees it twice.

use std::{
    error::Error,
    hash::{BuildHasher, RandomState},
    io,
    time::Duration,
};

use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper_util::client::legacy;

use crate::decision::NoDecision;

/// The first pause, which doubles with each further one. Half of it is left to chance.
const PAUSE: Duration = Duration::from_millis(50);

/// Why there is no answer, and whether asking again may help.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) why: NoDecision,
    pub(super) again: Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It would not, or must not.
    Never,
    /// There was no answer at all.
    Soon,
    /// The authority does not know us by the credentials that it was shown.
    AsAnother,
    /// The authority is busy, and may say for how long.
    Later(Option<Duration>),
}

impl From<NoDecision> for Failure {
    fn from(why: NoDecision) -> Self {
        Self { why, again: Again::Never }
    }
}

/// How long to wait before the next try, if there is one.
pub(super) fn pause(again: Again, tries: u32, retries: u32) -> Option<Duration> {
    if tries > retries {
        return None;
    }
    // A process does not retry in step with others.
    let chance = RandomState::new().hash_one(tries) % 1000;
    let longest = PAUSE * (1 << tries.min(4));
    let pause = longest / 2 + (longest / 2).mul_f64(chance as f64 / 1000.0);
    match again {
        // FAIL CLOSED: not as the same one again.
        Again::Never | Again::AsAnother => None,
        // Nearly always a kept connection that the authority had closed meanwhile.
        Again::Soon if tries == 1 => Some(Duration::ZERO),
        Again::Soon => Some(pause),
        Again::Later(asked) => Some(pause.max(asked.unwrap_or_default())),
    }
}

/// Whether a failed exchange ended before there was any answer.
pub(super) fn after(error: &legacy::Error) -> Again {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof,
    };
    let mut source = Some(error as &(dyn Error + 'static));
    let mut closed = error.is_connect();
    for _ in 0..16 {
        let Some(cause) = source else { break };
        if cause.is::<rustls::Error>() {
            // A certificate does not get better, and a peer that is not TLS stays so.
            return Again::Never;
        }
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            if hyper.is_parse() {
                return Again::Never;
            }
            closed |= hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed();
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            closed |= matches!(
                io.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
            );
            // What an I/O error wraps is no source of it, but its own error.
            source = io.get_ref().map(|inner| inner as _).or_else(|| cause.source());
            continue;
        }
        source = cause.source();
    }
    if closed { Again::Soon } else { Again::Never }
}

/// `Retry-After` in seconds.
///
/// # Errors
/// One that is a date or no number: how long that is depends on two clocks, and nothing here waits
/// for as long as a difference of those.
pub(super) fn retry_after(headers: &HeaderMap) -> Result<Option<Duration>, ()> {
    let mut values = headers.get_all(RETRY_AFTER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match (digits.and_then(|text| text.parse().ok()), values.next()) {
        (Some(seconds), None) => Ok(Some(Duration::from_secs(seconds))),
        // FAIL CLOSED: not understood is not waited for.
        _ => Err(()),
    }
}
