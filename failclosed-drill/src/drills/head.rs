//! The head: framing that contradicts itself, and heads that are none.

use std::io;

use super::{CHUNKED, chunk, reply};
use crate::{
    drill::{
        Cause::{Malformed, TimedOut, Unavailable},
        Drill,
        Group::Head,
    },
    server::{Conn, JSON},
};

/// An answer whose head is `line`, these headers, and nothing that the server would add. The body
/// is a whole allow; then the connection ends.
fn raw(id: &'static str, title: &'static str, head: fn(usize) -> String) -> Drill {
    Drill::new(Head, id, title, move |c: &mut Conn| -> io::Result<()> {
        c.request()?;
        let body = c.allow();
        c.send(head(body.len()) + "\r\n" + &body)?;
        c.fin()
    })
    .cause(&[Malformed, Unavailable, TimedOut])
}

/// The same, with the body in chunks.
fn raw_chunked(id: &'static str, title: &'static str, head: fn(usize) -> String) -> Drill {
    Drill::new(Head, id, title, move |c: &mut Conn| -> io::Result<()> {
        c.request()?;
        let body = c.allow();
        c.send(head(body.len()) + "\r\n")?;
        c.send(chunk(&body))?;
        c.send("0\r\n\r\n")?;
        c.fin()
    })
    .cause(&[Malformed, Unavailable, TimedOut])
}

pub(super) fn add(all: &mut Vec<Drill>) {
    framing(all);
    lines(all);
}

fn framing(all: &mut Vec<Drill>) {
    all.extend([
        raw_chunked("H11", "both Content-Length and Transfer-Encoding", |n| {
            format!(
                "HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n"
            )
        }),
        raw_chunked("H11.te-first", "both Transfer-Encoding and Content-Length", |n| {
            format!(
                "HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n"
            )
        }),
        raw_chunked("H11.zero", "Content-Length: 0 beside a chunked allow", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")
        }),
        raw("H11.plain", "both headers, and the body is not in chunks", |n| {
            format!(
                "HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n"
            )
        }),
        raw("H11.coding", "a transfer coding that nobody knows", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: xchunked\r\n")
        }),
        raw("H11.identity", "the transfer coding `identity`, which no longer exists", |n| {
            format!(
                "HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: identity\r\nContent-Length: {n}\r\n"
            )
        }),
        raw_chunked("H11.twice", "chunked, said twice", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked, chunked\r\n")
        }),
        raw_chunked("H11.last", "chunked, but not as the last coding", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked, identity\r\n")
        }),
        raw("H12", "two different Content-Lengths", |n| {
            let other = n + 9;
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\nContent-Length: {other}\r\n")
        }),
        raw("H12.swapped", "two different Content-Lengths, the wrong one first", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 2\r\nContent-Length: {n}\r\n")
        }),
        raw("H12.list", "two different lengths in one Content-Length", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}, {}\r\n", n + 9)
        }),
        raw("H12.minus", "a negative Content-Length", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: -1\r\n")
        }),
        raw("H12.plus", "a Content-Length with a sign", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: +{n}\r\n")
        }),
        raw("H12.hex", "a Content-Length in hexadecimal", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 0x{n:x}\r\n")
        }),
        raw("H12.huge", "a Content-Length of more than 64 bits", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 18446744073709551700\r\n")
        }),
        raw("H12.empty", "an empty Content-Length", |_| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length:\r\n")
        }),
        raw("H12.octal", "a Content-Length with a leading zero", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 0{n}\r\n")
        })
        .strict(),
        raw("H12.space", "a space before the colon of Content-Length", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length : {n}\r\n")
        }),
    ]);
}

fn lines(all: &mut Vec<Drill>) {
    all.extend(
        [
            Drill::new(Head, "H12.09", "HTTP/0.9: the bare allow", |c| {
                c.request()?;
                c.send(c.allow())?;
                c.fin()
            }),
            Drill::new(Head, "H12.2", "an HTTP/2 frame", |c| {
                c.request()?;
                c.send([0, 0, 0, 4, 0, 0, 0, 0, 0])?;
                c.send(c.allow())?;
                c.fin()
            }),
            Drill::new(Head, "H12.random", "random bytes", |c| {
                c.request()?;
                c.send([0x9f, 0, 0x41, 0xfe, 0x17, 0x0d, 0x0a, 0x0d, 0x0a])?;
                c.send(c.allow())?;
                c.fin()
            }),
        ]
        .map(|drill| drill.cause(&[Malformed, Unavailable])),
    );
    all.extend([
        raw("H12.icy", "another protocol's status line", |n| {
            format!("ICY 200 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.version", "`HTTP/2.0` in the status line", |n| {
            format!("HTTP/2.0 200 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.nine", "`HTTP/9.9` in the status line", |n| {
            format!("HTTP/9.9 200 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.lower", "`http/1.1` in lower case", |n| {
            format!("http/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-2", "a status of two digits", |n| {
            format!("HTTP/1.1 20 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-4", "a status of four digits", |n| {
            format!("HTTP/1.1 2000 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-0", "the status 000", |n| {
            format!("HTTP/1.1 000 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-sign", "the status -20", |n| {
            format!("HTTP/1.1 -20 OK\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-text", "a word for a status", |n| {
            format!("HTTP/1.1 OK 200\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.code-none", "no status at all", |n| {
            format!("HTTP/1.1\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.colon", "a header line without a colon", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\nallowed\r\n")
        }),
        raw("H12.name", "a header without a name", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: {n}\r\n: x\r\n")
        }),
        raw("H12.fold", "a header that goes on in the next line", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}X-Note: a\r\n b\r\nContent-Length: {n}\r\n")
        })
        .strict(),
        raw("H12.nul", "a NUL in a header", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}X-Note: a\0b\r\nContent-Length: {n}\r\n")
        })
        .strict(),
        raw("H12.cr", "a carriage return in a header", |n| {
            format!("HTTP/1.1 200 OK\r\n{JSON}X-Note: a\rb\r\nContent-Length: {n}\r\n")
        })
        .strict(),
        raw("H12.request", "a request instead of an answer", |n| {
            format!("POST / HTTP/1.1\r\n{JSON}Content-Length: {n}\r\n")
        }),
        raw("H12.headless", "headers without a status line", |_| JSON.to_owned()),
        reply(Head, "B1.age", "an allow that a cache has kept for an hour", |c| {
            c.answer("200 OK", &format!("{JSON}Age: 3600\r\n"), c.allow())
        })
        .strict()
        .cause(&[Malformed]),
        Drill::new(Head, "H11.trailer", "an error behind a whole allow in chunks", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.send("0\r\nGrpc-Status: 13\r\nGrpc-Message: no database\r\n\r\n")?;
            c.request()
        })
        .strict()
        .cause(&[Malformed]),
        Drill::new(Head, "H6.body", "103 that has an allow for a body, and no answer", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("103 Early Hints", JSON, Some(body.len())) + &body)?;
            c.hang()
        })
        .cause(&[Malformed, Unavailable, TimedOut]),
        reply(Head, "H13", "Content-Encoding: gzip, and the body is plain", |c| {
            c.answer("200 OK", &format!("{JSON}Content-Encoding: gzip\r\n"), c.allow())
        })
        .cause(&[Malformed]),
        reply(Head, "H13.br", "Content-Encoding: br, and the body is plain", |c| {
            c.answer("200 OK", &format!("{JSON}Content-Encoding: br\r\n"), c.allow())
        })
        .cause(&[Malformed]),
        reply(Head, "H13.unknown", "a content coding that nobody knows", |c| {
            c.answer("200 OK", &format!("{JSON}Content-Encoding: x-sealed\r\n"), c.allow())
        })
        .cause(&[Malformed]),
        reply(Head, "H13.undeclared", "gzip without a word about it", |c| {
            let bytes = c.gzip(c.allow())?;
            c.json(bytes)
        })
        .cause(&[Malformed]),
        reply(Head, "H13.true", "honest gzip: a coding all the same", |c| {
            let bytes = c.gzip(c.allow())?;
            c.answer("200 OK", &format!("{JSON}Content-Encoding: gzip\r\n"), bytes)
        })
        .strict()
        .cause(&[Malformed]),
    ]);
}
