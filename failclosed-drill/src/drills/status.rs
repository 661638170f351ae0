//! The status: nothing but 200 is a decision.

use super::reply;
use crate::{
    drill::{
        Cause::{Denied, Malformed, TimedOut, Unavailable},
        Drill,
        Group::Status,
    },
    server::JSON,
};

/// Successes that are not 200. An allow in them was perhaps meant; no format defines it.
const SUCCESSES: [(&str, &str); 8] = [
    ("201", "Created"),
    ("202", "Accepted"),
    ("203", "Non-Authoritative Information"),
    ("206", "Partial Content"),
    ("207", "Multi-Status"),
    ("208", "Already Reported"),
    ("226", "IM Used"),
    ("299", "Something"),
];

const ERRORS: [(&str, &str); 32] = [
    ("300", "Multiple Choices"),
    ("305", "Use Proxy"),
    ("400", "Bad Request"),
    ("401", "Unauthorized"),
    ("402", "Payment Required"),
    ("403", "Forbidden"),
    ("404", "Not Found"),
    ("405", "Method Not Allowed"),
    ("407", "Proxy Authentication Required"),
    ("408", "Request Timeout"),
    ("409", "Conflict"),
    ("410", "Gone"),
    ("413", "Content Too Large"),
    ("415", "Unsupported Media Type"),
    ("418", "I'm a teapot"),
    ("421", "Misdirected Request"),
    ("422", "Unprocessable Content"),
    ("425", "Too Early"),
    ("426", "Upgrade Required"),
    ("429", "Too Many Requests"),
    ("431", "Request Header Fields Too Large"),
    ("451", "Unavailable For Legal Reasons"),
    ("500", "Internal Server Error"),
    ("501", "Not Implemented"),
    ("502", "Bad Gateway"),
    ("503", "Service Unavailable"),
    ("504", "Gateway Timeout"),
    ("507", "Insufficient Storage"),
    ("511", "Network Authentication Required"),
    ("599", "Network Connect Timeout"),
    ("600", "Beyond"),
    ("999", "Blocked"),
];

pub(super) fn add(all: &mut Vec<Drill>) {
    all.extend(SUCCESSES.map(|(code, reason)| {
        let status = format!("{code} {reason}");
        reply(Status, format!("H3.{code}"), format!("{status}, with an allow"), move |c| {
            c.answer(&status, JSON, c.allow())
        })
        .strict()
        .cause(&[Unavailable, Malformed])
    }));
    all.extend(ERRORS.map(|(code, reason)| {
        let status = format!("{code} {reason}");
        reply(Status, format!("H5.{code}"), format!("{status}, with an allow"), move |c| {
            c.answer(&status, JSON, c.allow())
        })
        .cause(&[Unavailable, Malformed, Denied])
    }));
    let none = [Unavailable, Malformed, TimedOut];
    all.extend([
        reply(Status, "H5.429-after", "429 with Retry-After: 3600 and an allow", |c| {
            let headers = format!("{JSON}Retry-After: 3600\r\n");
            c.answer("429 Too Many Requests", &headers, c.allow())
        })
        .cause(&[Unavailable, Malformed, Denied]),
        reply(Status, "H5.503-after", "503 with Retry-After: 0 and an allow, every time", |c| {
            let headers = format!("{JSON}Retry-After: 0\r\n");
            c.answer("503 Service Unavailable", &headers, c.allow())
        })
        .cause(&[Unavailable, Malformed]),
        reply(Status, "H4.204", "204 No Content", |c| c.send(c.head("204 No Content", "", None)))
            .cause(&none),
        reply(Status, "H4.204-body", "204, followed by an allow", |c| {
            c.answer("204 No Content", JSON, c.allow())
        })
        .cause(&none),
        reply(Status, "H4.205", "205 Reset Content, with an allow", |c| {
            c.answer("205 Reset Content", JSON, c.allow())
        })
        .cause(&none),
        reply(Status, "H4.304", "304 Not Modified, followed by an allow", |c| {
            c.answer("304 Not Modified", JSON, c.allow())
        })
        .cause(&none),
        Drill::new(Status, "H4.101", "101 to another protocol, which says the allow", |c| {
            c.request()?;
            c.send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            )?;
            c.send(c.allow())?;
            c.fin()
        })
        .cause(&none),
        Drill::new(Status, "H4.100", "100 and nothing more", |c| {
            c.request()?;
            c.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            c.fin()
        })
        .cause(&none),
        Drill::new(Status, "H4.103", "103 with an allow in its place, and nothing more", |c| {
            c.request()?;
            c.answer("103 Early Hints", JSON, c.allow())?;
            c.fin()
        })
        .cause(&none),
    ]);
}
