//! `serve`: one drill, for as long as somebody wants to look at it.

use std::{process::ExitCode, thread, time::Duration};

use failclosed_drill::{Format, Identity, Server, drills};
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use super::{Failed, deadline, format, print, unknown};

pub(super) fn main(mut parser: Parser) -> Result<ExitCode, Failed> {
    let mut kind = Format::Behalf;
    let mut limit = Duration::from_millis(800);
    let (mut id, mut port, mut tls) = (None, 0, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("format") => kind = format(&mut parser)?,
            Long("drill") => id = Some(parser.value()?.string()?),
            Long("port") => port = parser.value()?.parse()?,
            Long("deadline-ms") => limit = deadline(&mut parser)?,
            Long("tls") => tls = true,
            other @ (Short(_) | Long(_) | Value(_)) => return Err(unknown(other)),
        }
    }
    let id = id.ok_or("which drill?\nhelp: failclosed-drill list")?;
    let mut drill = drills(kind).into_iter().find(|drill| drill.id == id).ok_or_else(|| {
        format!("no drill `{id}` in {kind}\nhelp: failclosed-drill list --format {kind}")
    })?;
    if tls {
        drill = drill.tls(Identity::Good);
    }
    let server = Server::start_on(&drill, kind, limit, port)?;
    print(&format!("{}: {}", drill.id, drill.title))?;
    print(&format!("url   {}{}\nca    {}", server.url(), kind.path(), server.ca().display()))?;
    if let Some(proxy) = server.proxy() {
        print(&format!("proxy {proxy}"))?;
    }
    let mut seen = server.seen_now();
    loop {
        thread::sleep(Duration::from_millis(200));
        let now = server.seen_now();
        if now != seen {
            seen = now;
            print(&format!(
                "connections {}, requests {}, allows sent {}, redirected {}, proxied {}, open {}",
                seen.connections,
                seen.requests,
                seen.yes_sent,
                seen.redirected,
                seen.proxied,
                seen.leaked,
            ))?;
        }
    }
}
