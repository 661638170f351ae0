//! What a client sent, as far as the server has to understand it.

/// One request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The first line: `POST /api/verify HTTP/1.1`.
    pub line: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, with a chunked coding taken off.
    pub body: Vec<u8>,
}

/// What the bytes that came so far are.
pub(super) enum Parsed {
    /// The beginning of a request; the head is whole, and the client waits to be told to go on.
    Continue,
    /// The beginning of a request.
    Part,
    /// A request, and its length in bytes.
    Whole(Request, usize),
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn parse(bytes: &[u8]) -> Parsed {
        let Some(end) = find(bytes, b"\r\n\r\n") else { return Parsed::Part };
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request = Self { line, headers, body: Vec::new() };
        let rest = &bytes[end + 4..];
        let chunked = request.header("transfer-encoding").is_some();
        let body = if chunked {
            unchunk(rest)
        } else {
            let length = request.header("content-length").and_then(|text| text.parse().ok());
            let length = length.unwrap_or(0usize);
            rest.get(..length).map(|body| (body.to_vec(), length))
        };
        match body {
            Some((body, length)) => {
                request.body = body;
                Parsed::Whole(request, end + 4 + length)
            }
            None if rest.is_empty() && request.header("expect").is_some() => Parsed::Continue,
            None => Parsed::Part,
        }
    }
}

/// The body and its length on the wire, if it is whole.
fn unchunk(mut rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let all = rest.len();
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        let chunk = rest.get(..size)?;
        body.extend_from_slice(chunk);
        rest = rest.get(size + 2..)?;
        if size == 0 {
            return Some((body, all - rest.len()));
        }
    }
}

pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, needle)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test stops at what it does not expect"
    )]

    use super::{Parsed, Request};

    #[test]
    fn a_request_is_whole_when_its_body_is() {
        let text = b"POST / HTTP/1.1\r\nContent-Length: 4\r\nX-Request-ID: 7\r\n\r\nabcdPOST";
        for length in 0..text.len() - 4 {
            assert!(!matches!(Request::parse(&text[..length]), Parsed::Whole(..)), "{length}");
        }
        let Parsed::Whole(request, length) = Request::parse(text) else { panic!("not whole") };
        assert_eq!((request.body.as_slice(), length), (&b"abcd"[..], text.len() - 4));
        assert_eq!(request.header("x-request-id"), Some("7"));
    }

    #[test]
    fn a_chunked_request_is_taken_apart() {
        let text =
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        assert!(matches!(Request::parse(&text[..text.len() - 1]), Parsed::Part));
        let Parsed::Whole(request, length) = Request::parse(text) else { panic!("not whole") };
        assert_eq!((request.body.as_slice(), length), (&b"abcd"[..], text.len()));
    }
}
