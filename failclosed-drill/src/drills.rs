//! The table: every fault, by the part of the exchange that goes wrong.
//!
//! Ids are those of the fault matrix, with a suffix for variants.

use std::{io, time::Duration};

use crate::{
    drill::{Drill, Group},
    format::Format,
    server::Conn,
};

mod body;
mod control;
mod elsewhere;
mod head;
mod json;
mod kept;
mod meaning;
mod network;
mod size;
mod status;
mod timing;
mod tls;

/// All drills of a format: the controls first, then by group.
pub fn drills(format: Format) -> Vec<Drill> {
    let mut all = Vec::new();
    control::add(&mut all, format);
    network::add(&mut all, format);
    timing::add(&mut all);
    size::add(&mut all);
    tls::add(&mut all);
    status::add(&mut all);
    head::add(&mut all);
    body::add(&mut all);
    json::add(&mut all, format);
    meaning::add(&mut all, format);
    kept::add(&mut all, format);
    elsewhere::add(&mut all);
    control::add_recovery(&mut all);
    all
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Answers every request on a connection in the same way.
fn reply(
    group: Group,
    id: impl Into<std::borrow::Cow<'static, str>>,
    title: impl Into<std::borrow::Cow<'static, str>>,
    answer: impl Fn(&mut Conn) -> io::Result<()> + Send + Sync + 'static,
) -> Drill {
    Drill::new(group, id, title, move |conn| {
        loop {
            conn.request()?;
            answer(conn)?;
        }
    })
}

/// Answers every request with `200 OK`, JSON, and this body.
fn body(
    group: Group,
    id: impl Into<std::borrow::Cow<'static, str>>,
    title: impl Into<std::borrow::Cow<'static, str>>,
    text: impl Into<Vec<u8>>,
) -> Drill {
    let text = text.into();
    reply(group, id, title, move |conn| conn.json(&text))
}

/// One chunk of a chunked body.
fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    let mut bytes = format!("{:x}\r\n", data.len()).into_bytes();
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// The lines of a head that promise a chunked JSON body.
const CHUNKED: &str = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
