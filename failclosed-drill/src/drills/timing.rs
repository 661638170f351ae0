//! Answers that come late, slowly or never.

use super::{CHUNKED, chunk, ms};
use crate::{
    drill::{
        Cause::{Malformed, TimedOut},
        Drill,
        Group::Timing,
    },
    pki::Identity,
    server::JSON,
};

pub(super) fn add(all: &mut Vec<Drill>) {
    never(all);
    slowly(all);
    late(all);
}

fn never(all: &mut Vec<Drill>) {
    let drills = [
        Drill::new(Timing, "N10", "silence before the headers", |c| {
            c.request()?;
            c.hang()
        }),
        Drill::new(Timing, "N10.line", "silence in the middle of the status line", |c| {
            c.request()?;
            c.send("HTTP/1.1 200")?;
            c.hang()
        }),
        Drill::new(Timing, "N10.head", "silence in the middle of the headers", |c| {
            c.request()?;
            c.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")?;
            c.hang()
        }),
        Drill::new(Timing, "N10.100", "100, then silence", |c| {
            c.request()?;
            c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            c.hang()
        }),
        Drill::new(Timing, "N11", "silence after the headers", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, Some(c.allow().len())))?;
            c.hang()
        }),
        Drill::new(Timing, "N11.half", "silence in the middle of the body", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len())) + &body[..body.len() / 2])?;
            c.hang()
        }),
        Drill::new(Timing, "N11.one", "a whole allow, and silence before the last byte", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len() + 1)) + &body)?;
            c.hang()
        }),
        Drill::new(Timing, "N11.nolength", "a whole allow without a length, never closed", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.hang()
        })
        .cause(&[TimedOut, Malformed]),
        Drill::new(Timing, "N11.chunk", "a whole allow in a chunk, and no last chunk", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.hang()
        }),
    ];
    all.extend(drills.map(|drill| drill.or_cause(&[TimedOut])));
}

fn slowly(all: &mut Vec<Drill>) {
    // A byte every 40 ms is alive to every limit between two reads; the whole takes seconds.
    let slow = ms(40);
    let drills = [
        Drill::new(Timing, "N12", "the body drips", move |c| {
            c.request()?;
            let body = " ".repeat(400) + &c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len())))?;
            c.drip(body, slow)
        }),
        Drill::new(Timing, "N12.head", "the headers drip", move |c| {
            c.request()?;
            let padding = format!("X-Padding: {}\r\n{JSON}", "x".repeat(400));
            let body = c.allow();
            c.drip(c.head("200 OK", &padding, Some(body.len())), slow)?;
            c.send(body)
        }),
        Drill::new(Timing, "N12.chunk", "chunks of one byte drip", move |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            for byte in (" ".repeat(400) + &c.allow()).as_bytes() {
                c.send(chunk([*byte]))?;
                c.wait(slow)?;
            }
            c.send("0\r\n\r\n")
        }),
        Drill::new(Timing, "N12.100", "a 100 every 40 ms, for ever", move |c| {
            c.request()?;
            loop {
                c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
                c.wait(slow)?;
            }
        }),
        Drill::new(Timing, "N12.tls", "the body drips inside TLS", move |c| {
            c.request()?;
            let body = " ".repeat(400) + &c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len())))?;
            c.drip(body, slow)
        })
        .tls(Identity::Good),
    ];
    all.extend(drills.map(|drill| drill.cause(&[TimedOut, Malformed])));
}

fn late(all: &mut Vec<Drill>) {
    let after = |id: &'static str, title: &'static str, extra: u64| {
        Drill::new(Timing, id, title, move |c| {
            c.request()?;
            c.wait_past_deadline(ms(extra))?;
            c.json(c.allow())?;
            c.request()
        })
    };
    let drills = [
        after("N13", "the allow comes 50 ms after the deadline", 50),
        after("N13.1", "the allow comes 1 ms after the deadline", 1),
        Drill::new(Timing, "N13.body", "headers in time, the body after the deadline", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, Some(c.allow().len())))?;
            c.wait_past_deadline(ms(50))?;
            c.send(c.allow())?;
            c.request()
        }),
        Drill::new(Timing, "N13.last", "all but the last byte in time", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len())) + &body[..body.len() - 1])?;
            c.wait_past_deadline(ms(50))?;
            c.send(&body[body.len() - 1..])?;
            c.request()
        }),
        Drill::new(Timing, "N13.fin", "a body without a length ends after the deadline", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.wait_past_deadline(ms(50))?;
            c.fin()
        })
        .cause(&[TimedOut, Malformed]),
        Drill::new(Timing, "N13.gaps", "no gap is as long as the deadline, their sum is", |c| {
            c.request()?;
            let body = c.allow();
            let pause = c.deadline() * 2 / 5;
            c.wait(pause)?;
            c.send(c.head("200 OK", JSON, Some(body.len())))?;
            c.wait(pause)?;
            c.send(&body[..4])?;
            c.wait(pause)?;
            c.wait_past_deadline(ms(50))?;
            c.send(&body[4..])?;
            c.request()
        }),
        Drill::new(Timing, "N13.100", "100 in time, the allow after the deadline", |c| {
            c.request()?;
            c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            c.wait_past_deadline(ms(50))?;
            c.json(c.allow())?;
            c.request()
        }),
        Drill::new(
            Timing,
            "N13.phases",
            "the handshake takes 3/5 of the time, the answer too",
            |c| {
                c.wait_unread(c.deadline() * 3 / 5)?;
                c.request()?;
                c.wait_past_deadline(c.deadline() / 5)?;
                c.json(c.allow())?;
                c.request()
            },
        )
        .tls(Identity::Good),
    ];
    all.extend(drills.map(|drill| drill.or_cause(&[TimedOut])));
}
