//! Map keys: text, which is all that every authority's format can carry, or nothing.

use std::marker::PhantomData;

use serde::{
    Serialize,
    ser::{self, Impossible},
};

use super::MAX_ARGUMENT_DEPTH;

/// A serializer whose output is the key's text.
pub(crate) struct Key<E> {
    depth: usize,
    error: PhantomData<E>,
}

impl<E: ser::Error> Key<E> {
    /// The text of a key.
    pub(crate) fn text<T: Serialize + ?Sized>(key: &T) -> Result<String, E> {
        key.serialize(Self { depth: 0, error: PhantomData })
    }
}

fn refuse<T, E: ser::Error>() -> Result<T, E> {
    // FAIL CLOSED: a key that one format drops and another spells differently; and the number 1 and
    // the text "1" would become one key.
    Err(E::custom("a map key that is not text"))
}

macro_rules! refused {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, _: $type) -> Result<String, E> {
            refuse()
        }
    )*};
}

impl<E: ser::Error> ser::Serializer for Key<E> {
    type Ok = String;
    type Error = E;
    type SerializeSeq = Impossible<String, E>;
    type SerializeTuple = Impossible<String, E>;
    type SerializeTupleStruct = Impossible<String, E>;
    type SerializeTupleVariant = Impossible<String, E>;
    type SerializeMap = Impossible<String, E>;
    type SerializeStruct = Impossible<String, E>;
    type SerializeStructVariant = Impossible<String, E>;

    fn serialize_str(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn serialize_char(self, value: char) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, E> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, E> {
        if self.depth == MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: wrappers leave no trace in a key, but each is a frame on the stack.
            return Err(E::custom(format_args!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        value.serialize(Self { depth: self.depth + 1, ..self })
    }

    refused! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<String, E> {
        refuse()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<String, E> {
        refuse()
    }

    fn serialize_unit(self) -> Result<String, E> {
        refuse()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, E> {
        refuse()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, E> {
        refuse()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, E> {
        refuse()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, E> {
        refuse()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, E> {
        refuse()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, E> {
        refuse()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, E> {
        refuse()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, E> {
        refuse()
    }
}
