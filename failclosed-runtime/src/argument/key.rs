//! Values that are text or nothing: map keys, and the digits of a number.

use std::fmt;

use serde::{
    Serialize,
    ser::{self, Impossible},
};

use super::{MAX_ARGUMENT_DEPTH, NotShowable, number, writer::Writer};

/// Writes a map key, which is text in every authority's format, or a number by its digits.
pub(super) struct Key<'w> {
    writer: &'w mut Writer,
    depth: usize,
    are_digits: bool,
}

impl<'w> Key<'w> {
    pub(super) fn of(writer: &'w mut Writer) -> Self {
        Self { writer, depth: 0, are_digits: false }
    }

    /// The digits of a number, which are not quoted.
    pub(super) fn digits(writer: &'w mut Writer) -> Self {
        Self { writer, depth: 0, are_digits: true }
    }

    fn write(self, text: &str) -> Result<(), NotShowable> {
        if self.are_digits { number::write(self.writer, text) } else { self.writer.text(text) }
    }
}

fn refuse<T>() -> Result<T, NotShowable> {
    // FAIL CLOSED: a key that one format drops and another spells differently; and the number 1 and
    // the text "1" would become one key.
    Err(NotShowable::new("a map key that is not text"))
}

macro_rules! refused {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, _: $type) -> Result<(), NotShowable> {
            refuse()
        }
    )*};
}

impl ser::Serializer for Key<'_> {
    type Ok = ();
    type Error = NotShowable;
    type SerializeSeq = Impossible<(), NotShowable>;
    type SerializeTuple = Impossible<(), NotShowable>;
    type SerializeTupleStruct = Impossible<(), NotShowable>;
    type SerializeTupleVariant = Impossible<(), NotShowable>;
    type SerializeMap = Impossible<(), NotShowable>;
    type SerializeStruct = Impossible<(), NotShowable>;
    type SerializeStructVariant = Impossible<(), NotShowable>;

    fn serialize_str(self, value: &str) -> Result<(), NotShowable> {
        self.write(value)
    }

    fn serialize_char(self, value: char) -> Result<(), NotShowable> {
        self.write(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotShowable> {
        self.write(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        if self.depth == MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: wrappers leave no trace in a key, but each is a frame on the stack.
            return Err(NotShowable::new(format_args!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        value.serialize(Key { depth: self.depth + 1, ..self })
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        if self.are_digits {
            // FAIL CLOSED: a number that is not known to end.
            return refuse();
        }
        self.writer.display(value)
    }

    refused! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<(), NotShowable> {
        refuse()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), NotShowable> {
        refuse()
    }

    fn serialize_unit(self) -> Result<(), NotShowable> {
        refuse()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotShowable> {
        refuse()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, NotShowable> {
        refuse()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NotShowable> {
        refuse()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NotShowable> {
        refuse()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotShowable> {
        refuse()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NotShowable> {
        refuse()
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, NotShowable> {
        refuse()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotShowable> {
        refuse()
    }
}
