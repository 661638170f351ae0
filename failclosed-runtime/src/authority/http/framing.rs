//! Where a reply ends, found a second time, from the bytes themselves.
//!
//! The HTTP library gives the reply that it was asked for, and keeps to itself what it read behind it.
//! But bytes behind an answer tell that somebody on the way sees another end than we do (response
//! splitting), or that the authority says more than one thing: such an answer is none.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Response, Status, parse_chunk_size};

use super::exchange::REQUEST_ID;

/// As many headers as the HTTP library takes. It refuses a head with more.
const MAX_HEADERS: usize = 100;

/// As many interim replies may stand before the one that counts.
const MAX_INTERIM: u32 = 64;

/// One reply, and the interim ones before it, as far as they have come.
#[derive(Default)]
pub(super) struct Framing {
    at: At,
    interim: u32,
    /// Whether its head says which question it is to.
    named: bool,
    /// What is there of a line, or of a head, that has not come to its end.
    begun: Vec<u8>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Head,
    /// This many bytes are left of the body.
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    /// The empty line behind the last chunk.
    LastLine,
    Whole,
    /// Something stands behind the reply, or there is no telling where it ends.
    Astray,
}

impl Framing {
    /// Follows the bytes that came next.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = match self.at {
                At::Body(left) => {
                    let (taken, left) = take(bytes, left);
                    self.at = if left == 0 { At::Whole } else { At::Body(left) };
                    taken
                }
                At::Chunk(left) => {
                    let (taken, left) = take(bytes, left);
                    self.at = if left == 0 { At::ChunkEnd } else { At::Chunk(left) };
                    taken
                }
                At::Head if self.begun.is_empty() => self.head(bytes),
                At::Head | At::ChunkSize | At::ChunkEnd | At::LastLine => self.line(bytes),
                // FAIL CLOSED: what stands behind a reply is no part of it, whatever it is.
                At::Whole | At::Astray => {
                    self.at = At::Astray;
                    return;
                }
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.at == At::Whole
    }

    /// Whether an `X-Request-ID` came with it. Whether it is the right one, the reader of the reply asks.
    pub(super) fn names_its_question(&self) -> bool {
        self.named
    }

    pub(super) fn is_astray(&self) -> bool {
        self.at == At::Astray
    }

    /// Takes a head that is there in one piece, as nearly every one is; else a line of it.
    fn head(&mut self, bytes: &[u8]) -> usize {
        match self.behind_head(bytes) {
            Some((at, length)) => {
                self.at = at;
                length
            }
            None => self.line(bytes),
        }
    }

    /// Takes what belongs to the line that has begun. Gives how much that is.
    fn line(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(bytes.len());
        self.begun.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        if end.is_none() {
            return taken;
        }
        if self.at == At::Head && !ends_a_head(&self.begun) {
            return taken;
        }
        self.at = match self.at {
            At::Head => {
                let begun = std::mem::take(&mut self.begun);
                match self.behind_head(&begun) {
                    Some((at, length)) if length == begun.len() => at,
                    // FAIL CLOSED: its end is not where it seemed.
                    _ => At::Astray,
                }
            }
            At::ChunkSize => match parse_chunk_size(&self.begun) {
                Ok(Status::Complete((_, 0))) => At::LastLine,
                Ok(Status::Complete((_, size))) => At::Chunk(size),
                // FAIL CLOSED: no number is no end.
                Ok(Status::Partial) | Err(_) => At::Astray,
            },
            At::ChunkEnd if self.begun == b"\r\n" => At::ChunkSize,
            At::LastLine if self.begun == b"\r\n" => At::Whole,
            // FAIL CLOSED: trailers, which are refused anyway, and chunks of another length.
            At::ChunkEnd | At::LastLine | At::Body(_) | At::Chunk(_) | At::Whole | At::Astray => {
                At::Astray
            }
        };
        self.begun.clear();
        taken
    }

    /// What follows a head, and how long that is, read by the same parser as the HTTP library's. `None`:
    /// it is not there to its end.
    fn behind_head(&mut self, bytes: &[u8]) -> Option<(At, usize)> {
        let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut reply = Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut reply,
            bytes,
            &mut headers,
        );
        let (length, code) = match (parsed, reply.code) {
            (Ok(Status::Complete(length)), Some(code)) => (length, code),
            (Ok(Status::Partial), _) => return None,
            // FAIL CLOSED: a head that does not parse has no end.
            (Ok(Status::Complete(_)) | Err(_), _) => return Some((At::Astray, bytes.len())),
        };
        let at = match code {
            // The HTTP library waits for the one behind it.
            100 | 102..=199 if self.interim < MAX_INTERIM => {
                self.interim += 1;
                At::Head
            }
            // FAIL CLOSED: a flood of them is no answer, and 101 is the end of HTTP.
            100..=199 => At::Astray,
            code => {
                self.named = names_a_question(reply.headers);
                if matches!(code, 204 | 304) { At::Whole } else { behind_headers(reply.headers) }
            }
        };
        Some((at, length))
    }
}

fn take(bytes: &[u8], left: u64) -> (usize, u64) {
    let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
    (taken, left - taken as u64)
}

/// Whether the last line is empty, and not the first one, before which empty lines may stand.
fn ends_a_head(lines: &[u8]) -> bool {
    (lines.ends_with(b"\n\r\n") || lines.ends_with(b"\n\n"))
        && !lines.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

fn names_a_question(headers: &[Header<'_>]) -> bool {
    headers.iter().any(|header| header.name.eq_ignore_ascii_case(REQUEST_ID.as_str()))
}

fn behind_headers(headers: &[Header<'_>]) -> At {
    let values = |name: &'static str| {
        let of_name = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        of_name.map(|header| header.value)
    };
    let (mut lengths, mut encodings) = (values("content-length"), values("transfer-encoding"));
    match (lengths.next(), encodings.next(), lengths.next().or(encodings.next())) {
        (Some(length), None, None) => match str::from_utf8(length).map(str::parse) {
            Ok(Ok(0)) => At::Whole,
            Ok(Ok(length)) => At::Body(length),
            Ok(Err(_)) | Err(_) => At::Astray,
        },
        (None, Some(chunked), None) if chunked.eq_ignore_ascii_case(b"chunked") => At::ChunkSize,
        // FAIL CLOSED: no end, or two. The reply is refused by its head.
        _ => At::Astray,
    }
}

#[cfg(test)]
mod tests;
