//! Kept connections: an answer that belongs to another question, or to none.

use super::ms;
use crate::{
    drill::{
        Cause::{Denied, Malformed, TimedOut, Unavailable},
        Drill, Expect,
        Group::Kept,
    },
    format::Format,
    server::JSON,
};

const BOTH: [Expect; 2] = [Expect::Refuse, Expect::Refuse];

/// Every question is answered with a no. Whoever executes took an answer that was not to it.
pub(super) fn add(all: &mut Vec<Drill>, _: Format) {
    let drills = [
        Drill::new(Kept, "N18", "a denial and an unasked allow in one packet", |c| {
            loop {
                c.request()?;
                let whole = c.head("200 OK", JSON, Some(c.allow().len())) + &c.allow();
                let deny = c.deny();
                c.send(c.head("200 OK", JSON, Some(deny.len())) + &deny + &whole)?;
            }
        }),
        Drill::new(Kept, "N18.later", "an unasked allow on a kept connection, 20 ms later", |c| {
            loop {
                c.request()?;
                c.json(c.deny())?;
                c.wait(ms(20))?;
                c.json(c.allow())?;
            }
        }),
        Drill::new(
            Kept,
            "N18.half",
            "the head of an unasked allow waits for the next answer",
            |c| {
                c.request()?;
                let body = c.allow();
                let deny = c.deny();
                let head = c.head("200 OK", JSON, Some(body.len()));
                c.send(c.head("200 OK", JSON, Some(deny.len())) + &deny + &head)?;
                c.request()?;
                c.send(body)?;
                c.json(c.deny())?;
                c.request()
            },
        ),
        Drill::new(Kept, "N18.204", "an allow behind an answer that has no body", |c| {
            loop {
                c.request()?;
                let whole = c.head("200 OK", JSON, Some(c.allow().len())) + &c.allow();
                c.send(c.head("204 No Content", "", None) + &whole)?;
            }
        }),
        Drill::new(
            Kept,
            "N18.length",
            "an allow behind a denial that is longer than it says",
            |c| {
                loop {
                    c.request()?;
                    let deny = c.deny();
                    let whole = c.head("200 OK", JSON, Some(c.allow().len())) + &c.allow();
                    c.send(c.head("200 OK", JSON, Some(deny.len())) + &deny + "\r\n\r\n" + &whole)?;
                }
            },
        ),
        Drill::new(
            Kept,
            "B1.refused",
            "the rest of an answer that was no use, and an allow",
            |c| {
                c.request()?;
                if c.round() > 0 {
                    return c.json(c.deny());
                }
                c.send(c.head("200 OK", "Content-Type: text/html\r\n", Some(64)))?;
                c.wait(ms(20))?;
                c.send(" ".repeat(64))?;
                c.json(c.allow())?;
                c.request()?;
                c.json(c.deny())?;
                c.request()
            },
        ),
        Drill::new(Kept, "B1.late", "the answer to the question before, after its deadline", |c| {
            c.request()?;
            if c.round() > 0 {
                return c.json(c.deny());
            }
            // The allow is ready when the first question is given up, and goes out when the second
            // comes: on the same connection, if the client has kept it.
            c.wait_past_deadline(ms(20))?;
            c.request()?;
            c.json(c.allow())?;
            c.json(c.deny())?;
            c.request()
        }),
        Drill::new(
            Kept,
            "B1.late-idle",
            "the answer to the question before, between the two",
            |c| {
                c.request()?;
                if c.round() > 0 {
                    return c.json(c.deny());
                }
                c.wait_past_deadline(ms(10))?;
                c.json(c.allow())?;
                c.request()?;
                c.json(c.deny())?;
                c.request()
            },
        ),
        Drill::new(Kept, "B1.rest", "the rest of the answer before, ahead of the next", |c| {
            c.request()?;
            if c.round() > 0 {
                return c.json(c.deny());
            }
            c.send(c.head("200 OK", JSON, Some(64)))?;
            c.wait_past_deadline(ms(10))?;
            c.send(" ".repeat(64))?;
            c.json(c.allow())?;
            c.request()?;
            c.json(c.deny())?;
            c.request()
        }),
    ];
    let causes = [Denied, Malformed, Unavailable, TimedOut];
    all.extend(drills.map(|drill| drill.rounds(&BOTH).cause(&causes)));
}
