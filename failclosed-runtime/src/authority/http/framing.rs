//! Where a reply ends, found a second time, from the bytes themselves.
//!
//! The HTTP library gives the reply that it was asked for, and keeps to itself what it read behind it.
//! But bytes behind an answer tell that somebody on the way sees another end than we do (response
//! splitting), or that the authority says more than one thing: such an answer is none.

use httparse::{EMPTY_HEADER, Header, Response, Status, parse_chunk_size};

/// As many headers as the HTTP library takes. It refuses a head with more.
const MAX_HEADERS: usize = 100;

/// As many interim replies may stand before the one that counts.
const MAX_INTERIM: u32 = 64;

/// One reply, and the interim ones before it, as far as they have come.
#[derive(Default)]
pub(super) struct Framing {
    at: At,
    interim: u32,
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

    pub(super) fn is_astray(&self) -> bool {
        self.at == At::Astray
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
            At::Head => self.behind_head(),
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

    /// What follows a head, read by the same parser as the HTTP library's.
    fn behind_head(&mut self) -> At {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut reply = Response::new(&mut headers);
        match (reply.parse(&self.begun), reply.code) {
            (Ok(Status::Complete(length)), Some(code)) if length == self.begun.len() => {
                match code {
                    // The HTTP library waits for the one behind it.
                    100 | 102..=199 if self.interim < MAX_INTERIM => {
                        self.interim += 1;
                        At::Head
                    }
                    // FAIL CLOSED: a flood of them is no answer, and 101 is the end of HTTP.
                    100..=199 => At::Astray,
                    204 | 304 => At::Whole,
                    _ => behind_headers(reply.headers),
                }
            }
            // FAIL CLOSED: a head that does not parse, or whose end is not where it seemed.
            _ => At::Astray,
        }
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

fn behind_headers(headers: &[Header<'_>]) -> At {
    let values = |name: &str| {
        let of_name = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        of_name.map(|header| header.value).collect::<Vec<_>>()
    };
    match (&*values("content-length"), &*values("transfer-encoding")) {
        ([length], []) => match str::from_utf8(length).map(str::parse) {
            Ok(Ok(0)) => At::Whole,
            Ok(Ok(length)) => At::Body(length),
            Ok(Err(_)) | Err(_) => At::Astray,
        },
        ([], [chunked]) if chunked.eq_ignore_ascii_case(b"chunked") => At::ChunkSize,
        // FAIL CLOSED: no end, or two. The reply is refused by its head.
        _ => At::Astray,
    }
}

#[cfg(test)]
mod tests;
