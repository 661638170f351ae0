//! Map keys: text, or nothing.

use serde::{
    Serialize,
    ser::{self, Impossible},
};

use super::NoCedarValue;

/// A serializer whose output is the key's text.
pub(super) struct Key;

type Text = Result<String, NoCedarValue>;

fn refuse<T>() -> Result<T, NoCedarValue> {
    // FAIL CLOSED: the number 1 and the text "1" would become one key.
    Err(NoCedarValue::new("a map key that is not text"))
}

macro_rules! refused {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, _: $type) -> Text {
            refuse()
        }
    )*};
}

impl ser::Serializer for Key {
    type Ok = String;
    type Error = NoCedarValue;
    type SerializeSeq = Impossible<String, NoCedarValue>;
    type SerializeTuple = Impossible<String, NoCedarValue>;
    type SerializeTupleStruct = Impossible<String, NoCedarValue>;
    type SerializeTupleVariant = Impossible<String, NoCedarValue>;
    type SerializeMap = Impossible<String, NoCedarValue>;
    type SerializeStruct = Impossible<String, NoCedarValue>;
    type SerializeStructVariant = Impossible<String, NoCedarValue>;

    fn serialize_str(self, value: &str) -> Text {
        Ok(value.to_owned())
    }

    fn serialize_char(self, value: char) -> Text {
        Ok(value.to_string())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Text {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Text {
        value.serialize(self)
    }

    refused! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Text {
        refuse()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Text {
        refuse()
    }

    fn serialize_unit(self) -> Text {
        refuse()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Text {
        refuse()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, NoCedarValue> {
        refuse()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoCedarValue> {
        refuse()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NoCedarValue> {
        refuse()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoCedarValue> {
        refuse()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoCedarValue> {
        refuse()
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, NoCedarValue> {
        refuse()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoCedarValue> {
        refuse()
    }
}
