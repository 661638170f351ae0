//! Whole answers, heads, and bodies that are compressed.

use std::io;

use super::{super::gzip, Conn, JSON};

impl Conn {
    /// A whole answer: this status line's code and reason, these header lines, this body.
    pub fn answer(
        &mut self,
        status: &str,
        headers: &str,
        body: impl AsRef<[u8]>,
    ) -> io::Result<()> {
        let body = body.as_ref();
        let mut bytes = self.head(status, headers, Some(body.len())).into_bytes();
        bytes.extend_from_slice(body);
        self.send(bytes)
    }

    /// `200 OK` with a JSON body.
    pub fn json(&mut self, body: impl AsRef<[u8]>) -> io::Result<()> {
        self.answer("200 OK", JSON, body)
    }

    /// A head, with the client's `X-Request-ID`, which an authority has to repeat.
    pub fn head(&self, status: &str, headers: &str, length: Option<usize>) -> String {
        let id = match self.asked.header("x-request-id") {
            Some(id) if !headers.contains("X-Request-ID") => format!("X-Request-ID: {id}\r\n"),
            Some(_) | None => String::new(),
        };
        let length = length.map(|n| format!("Content-Length: {n}\r\n")).unwrap_or_default();
        format!("HTTP/1.1 {status}\r\n{headers}{id}{length}\r\n")
    }

    /// The bytes, compressed with gzip.
    pub fn gzip(&self, bytes: impl AsRef<[u8]>) -> io::Result<Vec<u8>> {
        gzip::gzip(bytes.as_ref())
    }

    /// This many MiB of spaces and then the bytes, compressed with gzip.
    pub fn gzip_bomb(&self, blocks: usize, end: impl AsRef<[u8]>) -> io::Result<Vec<u8>> {
        gzip::bomb(blocks, end.as_ref())
    }
}
