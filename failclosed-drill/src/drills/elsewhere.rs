//! Redirects, proxies, and URLs that must not be used: somebody else decides.

use super::reply;
use crate::{
    drill::{
        Cause::{Malformed, NotConfigured, Unavailable},
        Drill,
        Group::Elsewhere,
    },
    pki::Identity,
    server::{Conn, JSON},
};

pub(super) fn add(all: &mut Vec<Drill>) {
    redirects(all);
    proxies(all);
    urls(all);
}

fn redirects(all: &mut Vec<Drill>) {
    let codes = [
        ("301", "301 Moved Permanently"),
        ("302", "302 Found"),
        ("303", "303 See Other"),
        ("307", "307 Temporary Redirect"),
        ("308", "308 Permanent Redirect"),
    ];
    let mut drills: Vec<Drill> = Vec::new();
    for (code, status) in codes {
        let title = format!("{status}, to another authority that allows");
        drills.push(reply(Elsewhere, format!("H1.{code}"), title, move |c| {
            let location = format!("Location: http://{}/allow\r\n", c.elsewhere()?);
            c.answer(status, &location, "")
        }));
    }
    let here = |c: &mut Conn, status: &str, location: &str| {
        if c.asked().line.contains(" /moved ") {
            return c.json(c.allow());
        }
        c.answer(status, &format!("Location: {location}\r\n"), "")
    };
    drills.extend([
        reply(Elsewhere, "H1.same", "307 to another path of the same authority", move |c| {
            here(c, "307 Temporary Redirect", "/moved")
        }),
        reply(Elsewhere, "H1.same-302", "302 to another path of the same authority", move |c| {
            here(c, "302 Found", "/moved")
        }),
        reply(Elsewhere, "H1.body", "a redirect that has an allow for a body", |c| {
            let location = format!("{JSON}Location: http://{}/allow\r\n", c.elsewhere()?);
            c.answer("302 Found", &location, c.allow())
        }),
        reply(Elsewhere, "H1.nowhere", "302 without a Location, with an allow", |c| {
            c.answer("302 Found", JSON, c.allow())
        }),
        reply(Elsewhere, "H1.down", "a redirect from TLS to plain text", |c| {
            let location = format!("Location: http://{}/allow\r\n", c.elsewhere()?);
            c.answer("307 Temporary Redirect", &location, "")
        })
        .tls(Identity::Good),
        reply(Elsewhere, "H2", "redirects in a circle", |c| {
            c.answer("307 Temporary Redirect", "Location: /again\r\n", "")
        }),
        reply(Elsewhere, "H1.refresh", "a Refresh header beside a login page", |c| {
            let refresh = format!(
                "Content-Type: text/html\r\nRefresh: 0; url=http://{}/\r\n",
                c.elsewhere()?
            );
            c.answer("200 OK", &refresh, "<title>moved</title>")
        }),
    ]);
    all.extend(drills.into_iter().map(|drill| drill.cause(&[Unavailable, Malformed])));
}

fn proxies(all: &mut Vec<Drill>) {
    let proxy = |c: &mut Conn| {
        c.request()?;
        c.count_proxied();
        if c.asked().line.starts_with("CONNECT ") {
            c.send("HTTP/1.1 200 Connection established\r\n\r\n")?;
            c.start_tls()?;
            c.request()?;
        }
        c.json(c.allow())?;
        c.request()
    };
    all.extend([
        Drill::new(Elsewhere, "N19", "http_proxy names a proxy that allows", proxy)
            .proxied_by(&["http_proxy", "HTTP_PROXY"])
            .cause(&[Unavailable]),
        Drill::new(Elsewhere, "N19.all", "all_proxy names a proxy that allows", proxy)
            .proxied_by(&["all_proxy", "ALL_PROXY"])
            .cause(&[Unavailable]),
        Drill::new(
            Elsewhere,
            "N19.tls",
            "https_proxy names one that has a good certificate",
            proxy,
        )
        .tls(Identity::Good)
        .proxied_by(&["https_proxy", "HTTPS_PROXY"])
        .cause(&[Unavailable]),
    ]);
}

/// The server behind these would allow; it is the URL that is wrong.
fn urls(all: &mut Vec<Drill>) {
    let url = |id: &'static str, title: &'static str, url: &'static str| {
        reply(Elsewhere, id, title, |c| c.json(c.allow()))
            .url(url)
            .cause(&[NotConfigured, Unavailable])
    };
    all.extend([
        url("F1", "an empty URL", ""),
        url("F1.blank", "a blank URL", "  "),
        url("F2", "a URL without a scheme", "127.0.0.1:{port}"),
        url("F2.ftp", "a scheme that is not HTTP", "ftp://127.0.0.1:{port}"),
        url("F2.file", "a file", "file:///dev/null"),
        url("F2.twice", "two schemes", "http://http://127.0.0.1:{port}"),
        url("F3", "a key in the URL", "http://key:secret@127.0.0.1:{port}"),
        url("F3.user", "a user in the URL", "http://authority.example@127.0.0.1:{port}"),
        url("F4", "the port 0", "http://127.0.0.1:0"),
        url("F4.range", "a port that does not exist", "http://127.0.0.1:99999"),
        url("F5", "no host", "http://:{port}"),
        url("F6", "the text `null`", "null"),
    ]);
}
