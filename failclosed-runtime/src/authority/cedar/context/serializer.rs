//! Typed values into Cedar values, one by one.

use serde::{Serialize, ser};

use super::{
    NoCedarValue,
    compound::{Fields, Kind, List},
    value::Value,
};
use crate::argument::MAX_ARGUMENT_DEPTH;

pub(super) type Shown = Result<Value, NoCedarValue>;

/// A serializer whose output is one Cedar value.
#[derive(Clone, Copy)]
pub(super) struct ToCedar {
    pub(super) depth: usize,
}

impl ToCedar {
    fn deeper(self) -> Result<Self, NoCedarValue> {
        if self.depth >= MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: a value that changed since the guard walked it must not end the stack.
            return Err(NoCedarValue(format!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

macro_rules! longs {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, value: $type) -> Shown {
            Ok(Value::Number(value.to_string()))
        }
    )*};
}

impl ser::Serializer for ToCedar {
    type Ok = Value;
    type Error = NoCedarValue;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    longs! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128,
    }

    fn serialize_bool(self, value: bool) -> Shown {
        Ok(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Shown {
        Ok(Value::Number(format!("{value:?}")))
    }

    fn serialize_f64(self, value: f64) -> Shown {
        // With a dot or an exponent, unlike an integer.
        Ok(Value::Number(format!("{value:?}")))
    }

    fn serialize_char(self, value: char) -> Shown {
        Ok(Value::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Shown {
        Ok(Value::Text(value.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Shown {
        Ok(Value::Bytes)
    }

    fn serialize_none(self) -> Shown {
        Ok(Value::Absent)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Shown {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Shown {
        Ok(Value::Absent)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Shown {
        Ok(Value::Absent)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Shown {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Shown {
        value.serialize(self.deeper()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Shown {
        Ok(Value::variant(name, value.serialize(self.deeper()?)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, NoCedarValue> {
        Ok(List::new(self.deeper()?, Kind::List))
    }

    fn serialize_tuple(self, _: usize) -> Result<List, NoCedarValue> {
        Ok(List::new(self.deeper()?, Kind::Tuple))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, NoCedarValue> {
        Ok(List::new(self.deeper()?, Kind::Tuple))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<List, NoCedarValue> {
        Ok(List::new(self.deeper()?, Kind::Variant(name)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, NoCedarValue> {
        Ok(Fields::new(self.deeper()?, None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, NoCedarValue> {
        Ok(Fields::new(self.deeper()?, None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Fields, NoCedarValue> {
        Ok(Fields::new(self.deeper()?, Some(name)))
    }
}
