//! `proxy`: before a real authority.

use std::{process::ExitCode, thread, time::Duration};

use failclosed_drill::Proxy;
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use super::{Failed, print, unknown};

pub(super) fn main(mut parser: Parser) -> Result<ExitCode, Failed> {
    let (mut to, mut port) = (None, 0);
    let mut control = "127.0.0.1:0".to_owned();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("to") => to = Some(parser.value()?.string()?),
            Long("port") => port = parser.value()?.parse()?,
            Long("control") => control = parser.value()?.string()?,
            other @ (Short(_) | Long(_) | Value(_)) => return Err(unknown(other)),
        }
    }
    let to = to.ok_or("before which authority?\nhelp: --to http://127.0.0.1:3592")?;
    let proxy = Proxy::start_on(&to, port).map_err(|error| format!("{to}: {error}"))?;
    let control = proxy.control(&control).map_err(|error| format!("{control}: {error}"))?;
    print(&format!("url     {}\ncontrol {control}", proxy.url()))?;
    print("pass, refuse, hang, reset, truncate N, delay MS, flip, garble: one a line")?;
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
