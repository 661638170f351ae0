//! One whole answer, and nothing else.

use failclosed_drill::Cause;

use super::{Refusal, Wire, refuse};
use crate::find;

/// More than any decision is long.
const LIMIT: usize = 64 << 10;

pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) request_id: Option<String>,
}

pub(super) fn answer(wire: &mut Wire) -> Result<Answer, Refusal> {
    let mut bytes = Vec::new();
    for _ in 0..4 {
        let head = head(wire, &mut bytes)?;
        let (status, headers) = parse(&head)?;
        match status {
            100 | 102 | 103 => {}
            200 => return whole(wire, bytes, &headers),
            status => return refuse(Cause::Unavailable, format!("status {status}")),
        }
    }
    refuse(Cause::Malformed, "too many interim answers")
}

fn head(wire: &mut Wire, bytes: &mut Vec<u8>) -> Result<String, Refusal> {
    loop {
        if let Some(end) = find(bytes, "\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            let head = std::mem::replace(bytes, rest);
            return String::from_utf8(head).or_else(|_| refuse(Cause::Malformed, "not text"));
        }
        if bytes.len() > LIMIT {
            return refuse(Cause::Malformed, "a head without end");
        }
        if wire.read(bytes)? == 0 {
            return refuse(Cause::Unavailable, "closed in the head");
        }
    }
}

type Headers = Vec<(String, String)>;

fn parse(head: &str) -> Result<(u16, Headers), Refusal> {
    let malformed = |what: &str| (Cause::Malformed, format!("malformed {what}"));
    let mut lines = head.trim_end_matches("\r\n").split("\r\n");
    let line = lines.next().unwrap_or_default();
    let rest = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "));
    let (status, _) =
        rest.and_then(|rest| rest.split_once(' ')).ok_or_else(|| malformed("line"))?;
    if status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed("status"));
    }
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("header"))?;
        let garbled = value.chars().any(|c| c.is_control() && c != '\t');
        if name.is_empty() || name.contains([' ', '\t']) || garbled || headers.len() > 100 {
            return Err(malformed("header"));
        }
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    Ok((status.parse().map_err(|_| malformed("status"))?, headers))
}

/// # Denies
/// A header that is there more than once.
fn one<'a>(headers: &'a Headers, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut all = headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (all.next(), all.next()) {
        (value, None) => Ok(value),
        _ => refuse(Cause::Malformed, format!("{name} more than once")),
    }
}

fn whole(wire: &mut Wire, mut bytes: Vec<u8>, headers: &Headers) -> Result<Answer, Refusal> {
    let kind = one(headers, "content-type")?.unwrap_or_default().to_lowercase();
    if kind != "application/json" && kind != "application/json; charset=utf-8" {
        return refuse(Cause::Malformed, format!("type `{kind}`"));
    }
    if one(headers, "content-encoding")?.is_some() {
        return refuse(Cause::Malformed, "encoded");
    }
    if one(headers, "age")?.is_some() {
        return refuse(Cause::Malformed, "from a cache");
    }
    let body = match (one(headers, "content-length")?, one(headers, "transfer-encoding")?) {
        (Some(length), None) => {
            let padded = length.len() > 1 && length.starts_with('0');
            if length.is_empty() || padded || !length.bytes().all(|byte| byte.is_ascii_digit()) {
                return refuse(Cause::Malformed, "no length");
            }
            let length: usize =
                length.parse().or_else(|_| refuse(Cause::Malformed, "no length"))?;
            take(wire, &mut bytes, length)?
        }
        (None, Some("chunked")) => chunked(wire, &mut bytes)?,
        // Without a length nobody knows whether it is whole; it is waited for like a whole one.
        (None, None) => {
            while wire.read(&mut bytes)? > 0 && bytes.len() < LIMIT {}
            return refuse(Cause::Malformed, "no length");
        }
        _ => return refuse(Cause::Malformed, "two kinds of length"),
    };
    if !bytes.is_empty() {
        return refuse(Cause::Malformed, "something behind the answer");
    }
    let request_id = one(headers, "x-request-id")?.map(str::to_owned);
    Ok(Answer { body, request_id })
}

fn take(wire: &mut Wire, bytes: &mut Vec<u8>, length: usize) -> Result<Vec<u8>, Refusal> {
    if length > LIMIT {
        // It would be too large even if it came; that it does not is another matter.
        return refuse(Cause::Malformed, "too large");
    }
    while bytes.len() < length {
        if wire.read(bytes)? == 0 {
            return refuse(Cause::Unavailable, "closed in the body");
        }
    }
    let rest = bytes.split_off(length);
    Ok(std::mem::replace(bytes, rest))
}

fn chunked(wire: &mut Wire, bytes: &mut Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let malformed = || (Cause::Malformed, "malformed chunk".to_owned());
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(end) = find(bytes, "\r\n") {
                break take(wire, bytes, end + 2)?;
            }
            if bytes.len() > 16 {
                return Err(malformed());
            }
            if wire.read(bytes)? == 0 {
                return refuse(Cause::Unavailable, "closed between chunks");
            }
        };
        let size = str::from_utf8(&line[..line.len() - 2]).map_err(|_| malformed())?;
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed())?;
        if size + body.len() > LIMIT {
            return refuse(Cause::Malformed, "too large");
        }
        let mut chunk = take(wire, bytes, size + 2)?;
        if !chunk.ends_with(b"\r\n") {
            return Err(malformed());
        }
        chunk.truncate(size);
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk);
    }
}
