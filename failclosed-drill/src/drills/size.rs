//! Answers that are too large.

use std::io;

use super::{CHUNKED, chunk};
use crate::{
    drill::{
        Cause::{Malformed, TimedOut, Unavailable},
        Drill,
        Group::Size,
    },
    server::{Conn, JSON},
};

const KIB_64: usize = 64 << 10;

/// Spaces, which JSON allows before a document, and then a whole allow.
fn padded(c: &mut Conn, times: usize) -> io::Result<()> {
    c.request()?;
    let body = c.allow();
    c.send(c.head("200 OK", JSON, Some(times * KIB_64 + body.len())))?;
    c.repeat(vec![b' '; KIB_64], times)?;
    c.send(body)?;
    c.request()
}

pub(super) fn add(all: &mut Vec<Drill>) {
    let drills = [
        Drill::new(Size, "N14", "a body without end, in chunks", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.repeat(chunk(vec![b' '; KIB_64]), usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.nolength", "a body without length or end", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.repeat(vec![b' '; KIB_64], usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.head", "headers without end", |c| {
            c.request()?;
            c.send(format!("HTTP/1.1 200 OK\r\n{JSON}"))?;
            c.repeat("X-Padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n".repeat(1000), usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.line", "a header line without end", |c| {
            c.request()?;
            c.send(format!("HTTP/1.1 200 OK\r\n{JSON}X-Padding: "))?;
            c.repeat(vec![b'x'; KIB_64], usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.trailer", "trailers without end after a whole allow", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.send("0\r\n")?;
            c.repeat("X-Padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n".repeat(1000), usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.100", "a 100 after the other, for ever", |c| {
            c.request()?;
            c.repeat("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N14.extension", "a chunk extension without end", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(format!("{:x};x=", c.allow().len()))?;
            c.repeat(vec![b'x'; KIB_64], usize::MAX)
        })
        .heavy(),
        Drill::new(Size, "N15", "64 MiB of spaces, then an allow", |c| padded(c, 1 << 10)).heavy(),
        Drill::new(Size, "N15.gib", "1 GiB of spaces, then an allow", |c| padded(c, 1 << 14))
            .heavy(),
        Drill::new(Size, "N15.declared", "1 GB declared, and only an allow sent", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, Some(1_000_000_000)) + &c.allow())?;
            c.hang()
        }),
        Drill::new(Size, "N15.exabytes", "more declared than memory can hold", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, Some(1 << 62)) + &c.allow())?;
            c.fin()
        }),
        Drill::new(Size, "N15.chunk", "one chunk of 1 TB declared, and only an allow sent", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(format!("e8d4a51000\r\n{}", c.allow()))?;
            c.hang()
        }),
        Drill::new(Size, "N16", "a gzip bomb: 512 MiB of spaces and an allow in 0.5 MB", |c| {
            let bomb = c.gzip_bomb(512, c.allow())?;
            c.request()?;
            c.answer("200 OK", &format!("{JSON}Content-Encoding: gzip\r\n"), bomb)?;
            c.request()
        })
        .heavy(),
        Drill::new(Size, "N17", "20 000 headers", |c| {
            c.request()?;
            let many: String = (0..20_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
            c.answer("200 OK", &(many + JSON), c.allow())?;
            c.request()
        }),
        Drill::new(Size, "N17.value", "a header of 8 MiB", |c| {
            c.request()?;
            c.send(format!("HTTP/1.1 200 OK\r\n{JSON}X-Padding: "))?;
            c.repeat(vec![b'x'; KIB_64], 128)?;
            let body = c.allow();
            c.send(format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len()))?;
            c.request()
        }),
        Drill::new(Size, "N17.reason", "a reason phrase of 8 MiB", |c| {
            c.request()?;
            c.send("HTTP/1.1 200 ")?;
            c.repeat(vec![b'x'; KIB_64], 128)?;
            let body = c.allow();
            c.send(format!("\r\n{JSON}Content-Length: {}\r\n\r\n{body}", body.len()))?;
            c.request()
        }),
    ];
    all.extend(drills.map(|drill| drill.cause(&[Malformed, TimedOut, Unavailable])));
}
