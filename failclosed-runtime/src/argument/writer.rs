//! The strict serializer: the one way from a value to a snapshot.

use std::fmt;

use serde::{Serialize, ser};

use super::{
    MAX_ARGUMENT_BYTES, MAX_ARGUMENT_DEPTH, NotShowable,
    compound::{Fields, List, Map},
    number,
    snapshot::{Mark, Page},
    text::{write_part, write_text},
};

/// The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6; I-JSON).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// Writes values as JSON text, and fails on the first that cannot be shown whole.
pub(crate) struct Writer {
    pub(super) page: Box<Page>,
    /// Where the text has to end.
    limit: usize,
    depth: usize,
    /// Inside a `Some`, before anything else has been said.
    in_some: bool,
    /// The first fault. Kept, because code between two of our calls may drop it and go on.
    fault: Option<NotShowable>,
}

impl Writer {
    pub(super) fn new(page: Box<Page>, limit: usize) -> Self {
        Self { page, limit, depth: 0, in_some: false, fault: None }
    }

    /// Where the next byte comes.
    pub(super) fn at(&self) -> u32 {
        // FAIL CLOSED: past the end of what can be counted; the limit is far below it.
        u32::try_from(self.page.text.len()).unwrap_or(u32::MAX)
    }

    /// Bytes of the envelope's or the format's own.
    #[inline]
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.page.text.extend_from_slice(bytes);
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        let at = self.at();
        self.page.marks.push((at, mark));
    }

    /// A JSON text, quotes included.
    pub(super) fn text(&mut self, text: &str) -> Result<(), NotShowable> {
        self.in_some = false;
        self.fits(text.len().saturating_add(2))?;
        write_text(&mut self.page.text, text).map_err(NotShowable::new)?;
        // Escapes make it longer.
        self.fits(0)
    }

    /// A part of a text, without quotes.
    fn fragment(&mut self, text: &str) -> Result<(), NotShowable> {
        self.fits(text.len())?;
        write_part(&mut self.page.text, text).map_err(NotShowable::new)?;
        self.fits(0)
    }

    /// Text that is made piece by piece. A `Display` of 100 MB is never built.
    pub(super) fn display(
        &mut self,
        value: &(impl fmt::Display + ?Sized),
    ) -> Result<(), NotShowable> {
        struct Pieces<'w>(&'w mut Writer);
        impl fmt::Write for Pieces<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                let written = self.0.fragment(text);
                self.0.keep(written).map_err(|_| fmt::Error)
            }
        }
        self.in_some = false;
        self.raw(b"\"");
        fmt::write(&mut Pieces(self), format_args!("{value}")).map_err(|_| {
            // Where it is not the value's own, the fault has been kept.
            self.fault.clone().unwrap_or_else(|| NotShowable::new("not printable"))
        })?;
        self.raw(b"\"");
        Ok(())
    }

    pub(super) fn unsigned(&mut self, value: u64) -> Result<(), NotShowable> {
        self.in_some = false;
        self.page.has_wide_number |= value > MAX_EXACT;
        let mut digits = itoa::Buffer::new();
        self.raw(digits.format(value).as_bytes());
        self.fits(0)
    }

    pub(super) fn signed(&mut self, value: i64) -> Result<(), NotShowable> {
        self.in_some = false;
        self.page.has_wide_number |= value.unsigned_abs() > MAX_EXACT;
        let mut digits = itoa::Buffer::new();
        self.raw(digits.format(value).as_bytes());
        self.fits(0)
    }

    pub(super) fn float(&mut self, value: f64) -> Result<(), NotShowable> {
        if !value.is_finite() {
            // FAIL CLOSED: JSON writers turn NaN into `null`, and `null` passes numeric caps.
            return Err(NotShowable::new("a float that is not finite"));
        }
        self.in_some = false;
        serde_json::to_writer(&mut self.page.text, &value).map_err(NotShowable::new)?;
        self.fits(0)
    }

    /// A value that is written as `null`.
    fn null(&mut self) -> Result<(), NotShowable> {
        if self.in_some {
            // FAIL CLOSED: `Some(None)` and `None` mean two things and are written as one `null`.
            return Err(NotShowable::new("a `Some` with nothing in it"));
        }
        self.page.has_null = true;
        self.raw(b"null");
        self.fits(0)
    }

    /// Whether `more` bytes still fit.
    #[inline]
    pub(super) fn fits(&self, more: usize) -> Result<(), NotShowable> {
        if self.page.text.len().saturating_add(more) <= self.limit {
            return Ok(());
        }
        // FAIL CLOSED: too large to show whole is refused, never shown in part.
        Err(too_large())
    }

    /// Wrappers leave no trace in JSON, but each is a frame on the stack of whoever walks them.
    fn wrapped<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        mark: Mark,
        in_some: bool,
    ) -> Result<(), NotShowable> {
        self.mark(mark);
        self.deeper()?;
        self.in_some = in_some;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    pub(super) fn enter(&mut self, open: &[u8]) -> Result<(), NotShowable> {
        self.in_some = false;
        self.deeper()?;
        self.raw(open);
        self.fits(0)
    }

    pub(super) fn leave(&mut self, close: &[u8]) -> Result<(), NotShowable> {
        self.depth -= 1;
        self.raw(close);
        self.fits(0)
    }

    fn deeper(&mut self) -> Result<(), NotShowable> {
        self.depth += 1;
        if self.depth > MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: a value the authority's parser might give up on half way.
            return Err(NotShowable::new(format_args!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        Ok(())
    }

    /// Remembers a fault before it is given to code that is not ours.
    ///
    /// A list that leaves out what fails, or a `Display` that ignores errors, would otherwise be shown
    /// without it, and the body would have it whole.
    #[inline]
    pub(super) fn keep(&mut self, written: Result<(), NotShowable>) -> Result<(), NotShowable> {
        if let Err(fault) = &written {
            self.fault.get_or_insert_with(|| fault.clone());
        }
        written
    }

    /// Whether everything that was begun has been written, and has ended.
    pub(super) fn closed(&self) -> Result<(), NotShowable> {
        if let Some(fault) = &self.fault {
            // FAIL CLOSED: a part is missing, whatever the value says that it is.
            return Err(fault.clone());
        }
        if self.depth == 0 && self.page.keys.is_empty() {
            return Ok(());
        }
        // FAIL CLOSED: what follows would be read as a part of it.
        Err(NotShowable::new("a list or map that does not end"))
    }

    /// Begins `{"variant":`.
    fn variant(&mut self, variant: &str) -> Result<(), NotShowable> {
        self.in_some = false;
        self.raw(b"{");
        self.text(variant)?;
        self.raw(b":");
        self.mark(Mark::VariantContent);
        Ok(())
    }
}

/// A type that is written as what it holds, and not as what it says it is.
fn plain(name: &str) -> Result<(), NotShowable> {
    if name.starts_with("$serde_json::private::") {
        // FAIL CLOSED: raw JSON text has not been looked at, whatever is in it.
        return Err(NotShowable::new("raw JSON; parse it into a type first"));
    }
    Ok(())
}

#[cold]
fn too_large() -> NotShowable {
    NotShowable::too_large(format_args!("larger than {MAX_ARGUMENT_BYTES} bytes"))
}

fn wide() -> NotShowable {
    // FAIL CLOSED: JSON readers fail on it or round it, and the log would lose it.
    NotShowable::new("a number of more than 64 bits")
}

macro_rules! numbers {
    ($($method:ident: $type:ty => $write:ident),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), NotShowable> {
            self.$write(value.into())
        }
    )*};
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = ();
    type Error = NotShowable;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = List<'w>;
    type SerializeMap = Map<'w>;
    type SerializeStruct = Fields<'w>;
    type SerializeStructVariant = Fields<'w>;

    numbers! {
        serialize_u8: u8 => unsigned, serialize_u16: u16 => unsigned,
        serialize_u32: u32 => unsigned, serialize_u64: u64 => unsigned,
        serialize_i8: i8 => signed, serialize_i16: i16 => signed,
        serialize_i32: i32 => signed, serialize_i64: i64 => signed,
        // As the `f64` that a reader makes of it, and not as the shortest text: `0.1_f32` is more
        // than a tenth.
        serialize_f32: f32 => float, serialize_f64: f64 => float,
    }

    fn serialize_bool(self, value: bool) -> Result<(), NotShowable> {
        self.in_some = false;
        self.raw(if value { b"true" } else { b"false" });
        self.fits(0)
    }

    fn serialize_i128(self, value: i128) -> Result<(), NotShowable> {
        match i64::try_from(value) {
            Ok(value) => self.signed(value),
            Err(_) => self.unsigned(u64::try_from(value).map_err(|_| wide())?),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), NotShowable> {
        self.unsigned(u64::try_from(value).map_err(|_| wide())?)
    }

    fn serialize_char(self, value: char) -> Result<(), NotShowable> {
        self.mark(Mark::Char);
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), NotShowable> {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), NotShowable> {
        // Each takes two bytes of text at the least.
        self.fits(value.len().saturating_mul(2))?;
        self.mark(Mark::Bytes);
        self.enter(b"[")?;
        for (index, byte) in value.iter().enumerate() {
            if index > 0 {
                self.raw(b",");
            }
            self.unsigned(u64::from(*byte))?;
        }
        self.leave(b"]")
    }

    fn serialize_none(self) -> Result<(), NotShowable> {
        self.null()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        self.wrapped(value, Mark::Some, true)
    }

    fn serialize_unit(self) -> Result<(), NotShowable> {
        self.mark(Mark::Unit);
        self.null()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotShowable> {
        self.mark(Mark::Unit);
        self.null()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotShowable> {
        self.mark(Mark::Variant);
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        plain(name)?;
        let in_some = self.in_some;
        self.wrapped(value, Mark::Wrapper, in_some)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        self.deeper()?;
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.leave(b"}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'w>, NotShowable> {
        List::of(self, b"]")
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'w>, NotShowable> {
        self.mark(Mark::Tuple);
        List::of(self, b"]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'w>, NotShowable> {
        self.mark(Mark::Tuple);
        List::of(self, b"]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'w>, NotShowable> {
        self.variant(variant)?;
        self.mark(Mark::Tuple);
        List::of(self, b"]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'w>, NotShowable> {
        self.mark(Mark::Map);
        Map::of(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'w>, NotShowable> {
        if name == number::NAME {
            return Ok(Fields::number(self));
        }
        plain(name)?;
        Fields::of(self, b"}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'w>, NotShowable> {
        self.variant(variant)?;
        Fields::of(self, b"}}")
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        self.display(value)
    }
}
