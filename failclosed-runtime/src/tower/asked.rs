//! What a request asks for, if it can be read in one way only.
//!
//! The service behind the layer reads a request by its own rules. It may decode the path, drop empty
//! segments, walk up at `..`, or take method and path from a header; and then something else is
//! served than was allowed. So the path must be spelled as RFC 3986, section 6.2.2 spells it when it
//! is normalised, but for the case of its digits, and say what it says before and after it is decoded;
//! it must not end early for a server that cuts at `;`, or at a delimiter it has decoded; and no header
//! and no member of the query may overrule it.

use http::request::Parts;
use serde::{Serialize, Serializer, ser::Error as _};

use super::overruling;

/// What the one who mounts the layer has declared. Nothing, where nothing was said.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    /// Of `;`, `?` and `#`, those that the service takes for a part of a path.
    pub(super) in_paths: &'static str,
    /// Headers that the caller cannot set, or the service does not read.
    pub(super) trusted: Vec<&'static str>,
}

/// Text that says one thing. Anything else does not serialize, and what does not serialize is not
/// asked about.
pub(super) struct Plain {
    text: String,
    fault: Option<String>,
}

impl Plain {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.fault {
            None => serializer.serialize_str(&self.text),
            // FAIL CLOSED: the service might take it for another request than the authority.
            Some(fault) => Err(S::Error::custom(fault)),
        }
    }
}

/// The method, which no header overrules.
pub(super) fn method(parts: &Parts, declared: &Declared) -> Plain {
    let overruling = overruling::header(parts, &declared.trusted);
    Plain {
        text: parts.method.as_str().to_owned(),
        fault: overruling.map(|name| format!("the header `{name}` can make it another request")),
    }
}

/// The path, in the one spelling it has.
pub(super) fn path(parts: &Parts, declared: &Declared) -> Plain {
    let sent = parts.uri.path();
    let fault = fault(sent, declared.in_paths);
    let fault = fault.map(|fault| format!("the path {fault}: {sent:?}"));
    Plain { text: upper_case_digits(sent), fault }
}

/// The query, of which no member overrules the rest.
pub(super) fn query(parts: &Parts) -> Option<Plain> {
    let sent = parts.uri.query()?;
    let fault = overruling::query(sent);
    let fault = fault.map(|name| format!("the member {name:?} can make it another request"));
    Some(Plain { text: sent.to_owned(), fault })
}

/// `%c3` and `%C3` are one byte to every reader (RFC 3986, section 6.2.2.1), and so one path to ask
/// about: a rule for the one spelling must not miss the other.
fn upper_case_digits(path: &str) -> String {
    let mut digits = 0;
    let spelled = path.chars().map(|c| {
        if c == '%' {
            digits = 2;
            return c;
        }
        if digits == 0 {
            return c;
        }
        digits -= 1;
        c.to_ascii_uppercase()
    });
    spelled.collect()
}

fn fault(path: &str, accepted: &str) -> Option<&'static str> {
    let Some(path) = path.strip_prefix('/') else { return Some("does not begin with a slash") };
    if let Some(fault) = path.split('/').find_map(walks) {
        return Some(fault);
    }
    // The last may be empty: a path may end in a slash.
    if path.split('/').rev().skip(1).any(str::is_empty) {
        return Some("has an empty segment");
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let encoded = match byte {
            b'%' => match (bytes.next().and_then(hex), bytes.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Some("has a `%` without two digits"),
            },
            b'\\' => return Some("has a backslash"),
            // FAIL CLOSED: Tomcat, Jetty and Spring leave out what stands from here to the next slash.
            b';' if !accepted.contains(';') => return Some("has a parameter (`;`)"),
            b'!'..=b'~' => {
                decoded.push(byte);
                continue;
            }
            _ => return Some("has what must be encoded"),
        };
        match encoded {
            b'-' | b'.' | b'_' | b'~' => return Some("encodes what needs no encoding"),
            _ if encoded.is_ascii_alphanumeric() => return Some("encodes what needs no encoding"),
            b'/' | b'\\' => return Some("encodes a slash"),
            // FAIL CLOSED: a server that decodes before it splits ends the segment, or the path, here.
            b';' | b'?' | b'#' if !accepted.contains(char::from(encoded)) => {
                return Some("encodes a delimiter (`;`, `?`, `#`)");
            }
            _ if encoded.is_ascii_control() => return Some("encodes a control character"),
            _ => decoded.push(encoded),
        }
    }
    if decoded.windows(3).any(is_encoded) {
        return Some("is encoded twice");
    }
    // An encoding of nothing that is read in several ways.
    std::str::from_utf8(&decoded).err().map(|_| "encodes no UTF-8")
}

/// `..`, also with a parameter behind it, which some take off first.
fn walks(segment: &str) -> Option<&'static str> {
    let name = segment.split(';').next().unwrap_or(segment);
    matches!(name, "." | "..").then_some("walks up")
}

pub(super) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn is_encoded(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}
