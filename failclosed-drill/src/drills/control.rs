//! Nothing goes wrong. A client that refuses these is deaf, not safe.

use super::{CHUNKED, chunk, ms, reply};
use crate::{
    drill::{Cause, Drill, Expect, Group::Control, Group::Recovery},
    format::Format,
    pki::Identity,
    server::JSON,
};

pub(super) fn add(all: &mut Vec<Drill>, format: Format) {
    let yes = |drill: Drill| drill.rounds(&[Expect::Execute]);
    all.extend([
        yes(reply(Control, "C1", "a plain allow", |c| c.json(c.allow()))),
        reply(Control, "C2", "a plain denial", |c| c.json(c.deny())).cause(&[Cause::Denied]),
        yes(reply(Control, "C3", "an allow in chunks", |c| {
            c.send(c.head("200 OK", CHUNKED, None))?;
            let body = c.allow().into_bytes();
            for part in body.chunks(7) {
                c.send(chunk(part))?;
            }
            c.send("0\r\n\r\n")
        })),
        yes(reply(Control, "C4", "an allow in many small packets, in time", |c| {
            let body = c.allow();
            let head = c.head("200 OK", JSON, Some(body.len()));
            for part in (head + &body).as_bytes().chunks(16) {
                c.send(part)?;
                c.wait(ms(1))?;
            }
            Ok(())
        })),
        yes(reply(Control, "C5", "a type with a charset, header names in lower case", |c| {
            let body = c.allow();
            let head = c.head("200 OK", "content-type: application/json; charset=utf-8\r\n", None);
            let length = format!("\r\ncontent-length: {}\r\n\r\n", body.len());
            c.send(head.trim_end().to_owned() + &length + &body)
        })),
        yes(reply(Control, "C6", "spaces and line ends around the JSON", |c| {
            c.json(format!("\r\n  {}\n", c.allow()))
        })),
        yes(reply(Control, "C7", "two allows on one connection", |c| c.json(c.allow())))
            .rounds(&[Expect::Execute, Expect::Execute]),
        yes(Drill::new(Control, "C8", "an allow, then the connection is closed", |c| {
            c.request()?;
            c.answer("200 OK", &format!("{JSON}Connection: close\r\n"), c.allow())?;
            c.fin()
        })),
        yes(reply(Control, "C9", "other headers around the usual ones", |c| {
            let headers = format!(
                "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\nServer: authority\r\n{JSON}\
                 Cache-Control: no-store\r\nSet-Cookie: a=b\r\nX-Empty:\r\n"
            );
            c.answer("200 OK", &headers, c.allow())
        })),
        yes(reply(Control, "C10", "an allow over TLS", |c| c.json(c.allow())).tls(Identity::Good)),
        yes(reply(Control, "C11", "an allow after half of the time", |c| {
            c.wait(c.deadline() / 2)?;
            c.json(c.allow())
        })),
        yes(reply(Control, "C12", "`200` without a reason phrase", |c| {
            c.answer("200 ", JSON, c.allow())
        })),
        yes(reply(Control, "H6.100", "100, then the allow", |c| {
            c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            c.json(c.allow())
        })),
        yes(reply(Control, "H6.103", "103 with headers, then the allow", |c| {
            c.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")?;
            c.wait(ms(5))?;
            c.json(c.allow())
        })),
        yes(Drill::new(Control, "H14", "a whole allow in HTTP/1.0", |c| {
            c.request()?;
            let whole = c.head("200 OK", JSON, Some(c.allow().len())) + &c.allow();
            c.send(whole.replacen("HTTP/1.1", "HTTP/1.0", 1))?;
            c.fin()
        })),
        Drill::new(Control, "H14.fin", "HTTP/1.0, the body ends with the connection", |c| {
            c.request()?;
            let whole = c.head("200 OK", JSON, None) + &c.allow();
            c.send(whole.replacen("HTTP/1.1", "HTTP/1.0", 1))?;
            c.fin()
        })
        .rounds(&[Expect::Either]),
        reply(Control, "N21.503", "503 with Retry-After: 0, a repeat would be allowed", |c| {
            if c.requests() == 1 {
                c.answer("503 Service Unavailable", &format!("{JSON}Retry-After: 0\r\n"), "{}")
            } else {
                c.json(c.allow())
            }
        })
        .rounds(&[Expect::Either]),
    ]);
    let more: &[(&str, &str, &str)] = match format {
        Format::AuthZen => &[("C14", "an empty context", r#""context":{}"#)],
        Format::Opa => &[("C13", "the id of a decision log", r#""decision_id":"4ca636c1""#)],
        Format::Behalf | Format::OpenFga | Format::SpiceDb | Format::Seed => &[],
    };
    if format == Format::AuthZen {
        // The specification has it ignored; a client that takes a yes alone or not at all is stricter.
        let title = "a member that the specification tells clients to ignore";
        let beside = reply(Control, "C13", title, |c| c.json(c.format().allow_and(r#""x":1"#)));
        all.push(beside.rounds(&[Expect::Either]));
    }
    all.extend(more.iter().map(|(id, title, member)| {
        yes(reply(Control, *id, *title, move |c| c.json(c.format().allow_and(member))))
    }));
}

/// The call after a fault: nothing of the fault may be left.
pub(super) fn add_recovery(all: &mut Vec<Drill>) {
    let then_healthy = |drill: Drill| drill.rounds(&[Expect::Refuse, Expect::Execute]);
    all.extend([
        then_healthy(reply(Recovery, "N20.rst", "a reset, then a healthy authority", |c| {
            if c.round() == 0 { c.reset() } else { c.json(c.allow()) }
        })),
        then_healthy(reply(Recovery, "N20.hang", "silence, then a healthy authority", |c| {
            if c.round() == 0 { c.hang() } else { c.json(c.allow()) }
        })),
        then_healthy(reply(Recovery, "N20.503", "503, then a healthy authority", |c| {
            if c.round() == 0 {
                c.answer("503 Service Unavailable", JSON, "{}")
            } else {
                c.json(c.allow())
            }
        })),
        then_healthy(reply(
            Recovery,
            "N20.json",
            "half an answer, then a healthy authority",
            |c| {
                if c.round() == 0 { c.json(&c.allow()[..9]) } else { c.json(c.allow()) }
            },
        )),
        then_healthy(reply(Recovery, "N20.deny", "a denial, then an allow", |c| {
            if c.round() == 0 { c.json(c.deny()) } else { c.json(c.allow()) }
        })),
        reply(Recovery, "N20.stale", "an allow, then a denial", |c| {
            if c.round() == 0 { c.json(c.allow()) } else { c.json(c.deny()) }
        })
        .rounds(&[Expect::Execute, Expect::Refuse])
        .cause(&[Cause::Denied]),
        Drill::new(Recovery, "N20.kept", "the kept connection is closed between two allows", |c| {
            c.request()?;
            c.json(c.allow())?;
            c.wait(ms(5))?;
            c.fin()
        })
        .rounds(&[Expect::Execute, Expect::Execute]),
    ]);
}
