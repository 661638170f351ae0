//! Certificates and the handshake.

use super::{CHUNKED, chunk, reply};
use crate::{
    drill::{
        Cause::{Malformed, NotConfigured, TimedOut, Unavailable},
        Drill,
        Group::Tls,
        Place,
    },
    pki::Identity,
    server::JSON,
};

pub(super) fn add(all: &mut Vec<Drill>) {
    let identities = [
        ("T1", "the certificate has expired", Identity::Expired),
        ("T1.early", "the certificate is not yet valid", Identity::NotYetValid),
        ("T2", "the certificate is another host's", Identity::WrongHost),
        ("T2.cn", "the certificate has the host in its common name only", Identity::CommonNameOnly),
        ("T3", "the certificate is signed by itself", Identity::SelfSigned),
        ("T3.ca", "the certificate is signed by an unknown CA", Identity::UnknownCa),
        ("T3.purpose", "the certificate is one for clients", Identity::ClientOnly),
        ("T3.leaf", "the certificate is signed by one that is no CA", Identity::SignedByLeaf),
    ];
    all.extend(identities.map(|(id, title, identity)| {
        reply(Tls, id, title, |c| c.json(c.allow())).tls(identity).cause(&[Unavailable])
    }));

    let raw = |drill: Drill| drill.at(Place::RawTls);
    let stalled = [TimedOut, Unavailable];
    let cut = [Unavailable, Malformed];
    all.extend([
        raw(Drill::new(Tls, "T4", "plain HTTP on the TLS port", |c| {
            c.answer("200 OK", JSON, c.allow())?;
            c.fin()
        }))
        .cause(&[Unavailable]),
        raw(Drill::new(Tls, "T4.random", "random bytes on the TLS port", |c| {
            c.send([0x9f, 0x00, 0x41, 0xfe, 0x17, 0x33, 0x80, 0x02, 0x5c, 0xe1])?;
            c.fin()
        }))
        .cause(&[Unavailable]),
        raw(Drill::new(Tls, "T4.alert", "the handshake ends in an alert", |c| {
            c.send([0x15, 3, 3, 0, 2, 2, 40])?;
            c.fin()
        }))
        .cause(&[Unavailable]),
        raw(Drill::new(Tls, "T4.closed", "closed instead of a handshake", |c| c.fin()))
            .cause(&[Unavailable]),
        raw(Drill::new(Tls, "T5", "the handshake is never answered", |c| c.hang())).cause(&stalled),
        raw(Drill::new(Tls, "T5.half", "silence in the middle of the handshake", |c| {
            // The beginning of a ServerHello: a record of 122 bytes, of which 6 come.
            c.send([0x16, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3])?;
            c.hang()
        }))
        .cause(&stalled),
        raw(Drill::new(Tls, "T5.drip", "a handshake that drips", |c| {
            c.send([0x16, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0xfb])?;
            c.drip(vec![0; 4096], super::ms(40))
        }))
        .cause(&stalled),
        Drill::new(Tls, "T5.after", "silence after the handshake", |c| {
            c.request()?;
            c.hang()
        })
        .tls(Identity::Good)
        .cause(&[TimedOut]),
        Drill::new(Tls, "T6", "a body without a length, cut off without close_notify", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.cut()
        })
        .tls(Identity::Good)
        .cause(&cut),
        Drill::new(Tls, "T6.short", "cut off before the Content-Length", |c| {
            c.request()?;
            let body = c.allow();
            c.send(c.head("200 OK", JSON, Some(body.len() + 1)) + &body)?;
            c.cut()
        })
        .tls(Identity::Good)
        .cause(&cut),
        Drill::new(Tls, "T6.chunk", "cut off before the last chunk", |c| {
            c.request()?;
            c.send(c.head("200 OK", CHUNKED, None))?;
            c.send(chunk(c.allow()))?;
            c.cut()
        })
        .tls(Identity::Good)
        .cause(&cut),
        Drill::new(Tls, "T6.rst", "a reset after a whole allow without a length", |c| {
            c.request()?;
            c.send(c.head("200 OK", JSON, None) + &c.allow())?;
            c.reset()
        })
        .tls(Identity::Good)
        .cause(&cut),
        // `0.0.0.0` reaches this machine and is no loopback address: a host like any other.
        reply(Tls, "T7", "plain `http://` to a host that is not loopback", |c| c.json(c.allow()))
            .url("http://0.0.0.0:{port}")
            .cause(&[NotConfigured, Unavailable]),
    ]);
}
