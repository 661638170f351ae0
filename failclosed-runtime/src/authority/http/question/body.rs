//! Writes a question straight to its bytes, without a tree of values between: each number and each
//! key is looked at on its way.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use super::{MAX_EXACT, leave_out_nulls, taken};
use crate::{
    argument::{Value, write_text},
    decision::NoDecision,
    request::Request,
};

/// As many bytes as a question mostly has.
const USUAL: usize = 512;

/// An object under way. Members are written in the order they are given.
pub(in crate::authority::http) struct Body {
    bytes: Vec<u8>,
    exact: Exact,
}

impl Body {
    pub(in crate::authority::http) fn new() -> Self {
        let mut bytes = Vec::with_capacity(USUAL);
        bytes.push(b'{');
        Self { bytes, exact: Exact::default() }
    }

    /// Begins an object in this one.
    pub(in crate::authority::http) fn open(&mut self, name: &str) -> Result<(), NoDecision> {
        self.name(name)?;
        self.bytes.push(b'{');
        Ok(())
    }

    /// Ends the object begun last.
    pub(in crate::authority::http) fn close(&mut self) {
        self.bytes.push(b'}');
    }

    /// A member that is the dialect's own, and a text.
    pub(in crate::authority::http) fn text(
        &mut self,
        name: &str,
        text: &str,
    ) -> Result<(), NoDecision> {
        self.name(name)?;
        write_text(&mut self.bytes, text).map_err(NoDecision::malformed)
    }

    /// A member that is the dialect's own.
    pub(in crate::authority::http) fn member(
        &mut self,
        name: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), NoDecision> {
        self.name(name)?;
        self.exact.write(&mut self.bytes, value).map_err(NoDecision::not_showable)
    }

    /// The arguments, as [`arguments`](super::arguments) has them.
    pub(in crate::authority::http) fn arguments(
        &mut self,
        request: &Request<'_>,
    ) -> Result<(), NoDecision> {
        let plain = is_plain(request);
        request.arguments().iter().try_for_each(|(name, value)| {
            self.shown("argument", name, value, plain)?;
            Ok(())
        })
    }

    /// What the guard knows beyond the call, none of it under a name in `own`.
    pub(in crate::authority::http) fn context(
        &mut self,
        request: &Request<'_>,
        own: &[&str],
    ) -> Result<(), NoDecision> {
        let plain = is_plain(request);
        request.context().try_for_each(|(name, value)| {
            if self.shown("context", name, value, plain)? && own.contains(&name) {
                return Err(taken(name));
            }
            Ok(())
        })
    }

    pub(in crate::authority::http) fn finish(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }

    /// Whether the value is anything: engines take `null` for less than any limit.
    fn shown(
        &mut self,
        what: &str,
        name: &str,
        value: Value<'_>,
        plain: bool,
    ) -> Result<bool, NoDecision> {
        let before = self.bytes.len();
        self.name(name)?;
        if plain {
            // The very bytes that the digest is over.
            self.bytes.extend_from_slice(value.bytes());
            return Ok(true);
        }
        let start = self.bytes.len();
        // FAIL CLOSED: half a question is none.
        let refuse = |why| NoDecision::not_showable(format_args!("{what} `{name}` {why}"));
        self.exact.null_inside = false;
        self.exact.write(&mut self.bytes, &value).map_err(refuse)?;
        if self.exact.null_inside {
            // Again, by way of a tree, which is rare enough.
            let mut tree =
                serde_json::to_value(value).map_err(|error| refuse(error.to_string()))?;
            leave_out_nulls(&mut tree);
            self.bytes.truncate(start);
            self.exact.write(&mut self.bytes, &tree).map_err(refuse)?;
        }
        let is_null = self.bytes.get(start..) == Some(b"null");
        if is_null {
            self.bytes.truncate(before);
        }
        Ok(!is_null)
    }

    fn name(&mut self, name: &str) -> Result<(), NoDecision> {
        if self.bytes.last() != Some(&b'{') {
            self.bytes.push(b',');
        }
        write_text(&mut self.bytes, name).map_err(NoDecision::malformed)?;
        self.bytes.push(b':');
        Ok(())
    }
}

/// Whether every value can be embedded as it stands in the question: no `null` to leave out, and no
/// number that a reader would round.
fn is_plain(request: &Request<'_>) -> bool {
    request.shown().is_ok_and(|shown| !shown.has_null() && !shown.has_wide_number())
}

/// Compact JSON whose numbers every reader keeps, and whose objects have each key once.
#[derive(Default)]
struct Exact {
    /// The keys of the objects that are open, as hashes; how many each has.
    keys: Vec<u64>,
    starts: Vec<usize>,
    key: Option<u64>,
    /// A member of an object was `null`.
    null_inside: bool,
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

impl Exact {
    /// FNV-1a, which does not mind in how many pieces a key comes. Equal keys are always found; two
    /// that only look alike are refused, which harms nobody but their author.
    fn read_key(&mut self, text: &[u8]) {
        if let Some(key) = &mut self.key {
            *key = text
                .iter()
                .fold(*key, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME));
        }
    }

    fn write(
        &mut self,
        bytes: &mut Vec<u8>,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), String> {
        value.serialize(&mut Serializer::with_formatter(bytes, self)).map_err(|error| {
            // Writing to memory does not fail: what fails there is what `refuse` refuses.
            if error.is_io() { error.to_string() } else { format!("is not JSON: {error}") }
        })
    }
}

fn refuse(fault: &str) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::InvalidData, fault))
}

fn exact(is_exact: bool) -> io::Result<()> {
    if is_exact {
        return Ok(());
    }
    // FAIL CLOSED: the authority would decide about another number than the body uses.
    refuse("holds a number beyond 2^53, which JSON readers round; help: pass it as text")
}

impl Formatter for &mut Exact {
    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.null_inside |= !self.starts.is_empty();
        CompactFormatter.write_null(writer)
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        exact(value <= MAX_EXACT)?;
        CompactFormatter.write_u64(writer, value)
    }

    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        exact(value.unsigned_abs() <= MAX_EXACT)?;
        CompactFormatter.write_i64(writer, value)
    }

    fn write_u128<W: ?Sized + Write>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        exact(value <= MAX_EXACT.into())?;
        CompactFormatter.write_u128(writer, value)
    }

    fn write_i128<W: ?Sized + Write>(&mut self, writer: &mut W, value: i128) -> io::Result<()> {
        exact(value.unsigned_abs() <= MAX_EXACT.into())?;
        CompactFormatter.write_i128(writer, value)
    }

    /// As the `f64` that a reader makes of it, and not as the shortest text: `0.1_f32` is more than
    /// a tenth.
    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        CompactFormatter.write_f64(writer, value.into())
    }

    fn write_number_str<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        // FAIL CLOSED: digits that nobody has looked at.
        exact(false)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        // FAIL CLOSED: the walk refuses it, and so would this.
        refuse("holds raw JSON, in which nobody has looked")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.starts.push(self.keys.len());
        CompactFormatter.begin_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.key = Some(FNV_START);
        CompactFormatter.begin_object_key(writer, first)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.read_key(fragment.as_bytes());
        CompactFormatter.write_string_fragment(writer, fragment)
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let mut text = [0; "\\u0000".len()];
        let mut rest = &mut text[..];
        CompactFormatter.write_char_escape(&mut rest, escape)?;
        let left = rest.len();
        let text = text.get(..text.len() - left).unwrap_or_default();
        self.read_key(text);
        writer.write_all(text)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.keys.extend(self.key.take());
        CompactFormatter.end_object_key(writer)
    }

    /// Maps have been looked at by then; a tagged enum can still hold a struct with a field of its
    /// tag's name.
    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let start = self.starts.pop().unwrap_or_default();
        if let Some(keys) = self.keys.get_mut(start..) {
            keys.sort_unstable();
            if keys.windows(2).any(|pair| pair.first() == pair.last()) {
                // FAIL CLOSED: of two values under one key an authority reads either.
                return refuse("holds a key twice in one object");
            }
        }
        self.keys.truncate(start);
        CompactFormatter.end_object(writer)
    }
}

#[cfg(test)]
mod tests;
