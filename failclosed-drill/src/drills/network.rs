//! Connecting, and connections that break.

use super::{CHUNKED, chunk, ms};
use crate::{
    drill::{
        Cause::{Malformed, TimedOut, Unavailable},
        Drill, Expect,
        Group::Network,
        Place,
    },
    format::Format,
    server::JSON,
};

pub(super) fn add(all: &mut Vec<Drill>, format: Format) {
    connecting(all);
    breaking(all, format);
    breaking_chunks(all);
}

fn connecting(all: &mut Vec<Drill>) {
    let nothing =
        |id: &'static str, title: &'static str| Drill::new(Network, id, title, |_| Ok(()));
    let lost = [Unavailable, TimedOut];
    all.extend([
        nothing("N1", "connection refused").at(Place::Closed).cause(&[Unavailable]),
        nothing("N1.net", "network unreachable")
            .at(Place::Closed)
            .url("https://255.255.255.255:{port}")
            .cause(&lost),
        nothing("N2", "the name does not resolve")
            .at(Place::Closed)
            .url("https://nope.invalid:{port}")
            .cause(&lost),
        nothing("N3", "connecting hangs").at(Place::Full).cause(&lost),
        nothing("N5.queue", "connected, and never accepted")
            .at(Place::Unaccepted)
            .cause(&[TimedOut]),
    ]);
}

fn breaking(all: &mut Vec<Drill>, format: Format) {
    // Asking again is harmless where an answer uses nothing up; a verify that allows ends the
    // approval behind it.
    let repeated = match format {
        Format::AuthZen | Format::Opa | Format::OpenFga | Format::SpiceDb => Expect::Either,
        Format::Behalf | Format::Seed => Expect::Refuse,
    };
    let drills = [
        Drill::new(Network, "N4", "accepted, then closed", |c| c.fin()),
        Drill::new(Network, "N4.rst", "accepted, then reset", |c| c.reset()),
        Drill::new(
            Network,
            "N4.asked",
            "the request is read, then the connection is closed",
            |c| {
                c.request()?;
                c.fin()
            },
        ),
        Drill::new(Network, "N4.asked-rst", "the request is read, then a reset", |c| {
            c.request()?;
            c.reset()
        }),
        Drill::new(Network, "N6", "closed in the middle of the headers", |c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\nContent-Type: appl")?;
            c.fin()
        }),
        Drill::new(Network, "N6.line", "closed in the middle of the status line", |c| {
            c.request()?;
            c.send("HTTP/1.1 20")?;
            c.fin()
        }),
        Drill::new(Network, "N6.rst", "reset in the middle of the headers", |c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\nContent-Type: appl")?;
            c.reset()
        }),
        Drill::new(Network, "N6.end", "closed before the empty line that ends the headers", |c| {
            c.request()?;
            let head = c.head("200 OK", JSON, Some(0));
            c.send(&head[..head.len() - 2])?;
            c.fin()
        }),
        Drill::new(Network, "N7", "reset in the body, after a whole allow", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len() + 40)) + &body)?;
            c.reset()
        }),
        Drill::new(Network, "N7.half", "reset in the middle of the JSON", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len())) + &body[..body.len() / 2])?;
            c.reset()
        }),
        Drill::new(Network, "N7.nolength", "reset after a whole allow without a length", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.reset()
        }),
        Drill::new(Network, "N8", "closed before the Content-Length, after a whole allow", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len() + 40)) + &body)?;
            c.fin()
        }),
        Drill::new(Network, "N8.one", "closed one byte before the Content-Length", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len() + 1)) + &body)?;
            c.fin()
        }),
        Drill::new(Network, "N8.none", "closed where the body should begin", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, Some(c.allow().len())))?;
            c.fin()
        }),
        Drill::new(Network, "N21", "the answer is lost; a repeat would be allowed", |c| {
            c.request()?;
            if c.requests() == 1 { c.fin() } else { c.json(c.allow()) }
        })
        .rounds(&[repeated])
        .strict(),
    ];
    all.extend(drills.map(|drill| drill.cause(&[Unavailable, Malformed])));
}

fn breaking_chunks(all: &mut Vec<Drill>) {
    let broken = |id: &'static str, title: &'static str, after: &'static str| {
        Drill::new(Network, id, title, move |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.send(after)?;
            c.wait(ms(10))?;
            c.fin()
        })
    };
    let drills = [
        broken("N9", "no last chunk after a whole allow", ""),
        broken("N9.size", "a chunk size that is no number", "zz\r\n\r\n0\r\n\r\n"),
        broken("N9.minus", "a negative chunk size", "-1\r\n\r\n0\r\n\r\n"),
        broken("N9.huge", "a chunk size of more than 64 bits", "10000000000000000\r\n"),
        broken("N9.short", "closed inside a second chunk", "20\r\n   "),
        Drill::new(Network, "N9.mid", "closed in the middle of the only chunk", |c| {
            c.request()?;
            let chunk = chunk(c.allow());
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(&chunk[..chunk.len() / 2])?;
            c.fin()
        }),
        Drill::new(Network, "N9.crlf", "a chunk that is longer than its size", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(format!("{:x}\r\n{body}   \r\n0\r\n\r\n", body.len()))?;
            c.fin()
        }),
        Drill::new(Network, "N9.rst", "reset instead of the last chunk", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.reset()
        }),
    ];
    all.extend(drills.map(|drill| drill.cause(&[Unavailable, Malformed])));
}
