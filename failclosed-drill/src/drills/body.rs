//! What the body is said to be.

use super::reply;
use crate::drill::{Cause::Malformed, Drill, Group::Head};

/// Types other than JSON around a whole allow: from a portal, a proxy, a wrong route.
const TYPES: [(&str, &str); 11] = [
    ("html", "text/html; charset=utf-8"),
    ("text", "text/plain"),
    ("xml", "application/xml"),
    ("stream", "text/event-stream"),
    ("form", "application/x-www-form-urlencoded"),
    ("octets", "application/octet-stream"),
    ("script", "application/javascript"),
    ("multipart", "multipart/form-data; boundary=x"),
    ("problem", "application/problem+json"),
    ("prefix", "application/json-seq"),
    ("garbage", "json"),
];

pub(super) fn add(all: &mut Vec<Drill>) {
    all.extend(TYPES.map(|(name, kind)| {
        let id = if name == "html" { "H8".to_owned() } else { format!("H8.{name}") };
        reply(Head, id, format!("an allow that is said to be `{kind}`"), move |c| {
            c.answer("200 OK", &format!("Content-Type: {kind}\r\n"), c.allow())
        })
        .strict()
        .cause(&[Malformed])
    }));
    all.extend([
        reply(Head, "H8.two", "two contradicting types", |c| {
            let headers = "Content-Type: application/json\r\nContent-Type: text/html\r\n";
            c.answer("200 OK", headers, c.allow())
        })
        .strict()
        .cause(&[Malformed]),
        reply(Head, "H8.utf16", "an allow in UTF-16, and said to be", |c| {
            let wide: Vec<u8> = c.allow().encode_utf16().flat_map(u16::to_le_bytes).collect();
            c.answer("200 OK", "Content-Type: application/json; charset=utf-16le\r\n", wide)
        })
        .cause(&[Malformed]),
        reply(Head, "H9", "no type", |c| c.answer("200 OK", "", c.allow()))
            .strict()
            .cause(&[Malformed]),
        reply(Head, "H9.empty", "an empty type", |c| {
            c.answer("200 OK", "Content-Type:\r\n", c.allow())
        })
        .strict()
        .cause(&[Malformed]),
        reply(Head, "H7", "a login page", |c| {
            let page = "<!doctype html><title>Log in</title><form action=/login></form>";
            c.answer("200 OK", "Content-Type: text/html\r\n", page)
        })
        .cause(&[Malformed]),
        reply(Head, "H7.json", "a login page that is said to be JSON", |c| {
            c.json("<!doctype html><title>Log in</title><form action=/login></form>")
        })
        .cause(&[Malformed]),
    ]);
}
