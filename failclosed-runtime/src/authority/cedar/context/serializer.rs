//! Typed values into Cedar values, one by one.

use std::fmt;

use serde::{
    Serialize,
    ser::{self, Impossible},
};

use super::{
    NoCedarValue,
    compound::{Fields, List},
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

fn long(value: impl TryInto<i64> + fmt::Display + Copy) -> Shown {
    value.try_into().map(Value::Long).map_err(|_| {
        // FAIL CLOSED: a wrapped number would be another amount.
        NoCedarValue(format!("{value} does not fit a Cedar `Long`, which has 64 bits and a sign"))
    })
}

fn float() -> Shown {
    // FAIL CLOSED: Cedar has no floats, and a rounded amount is another amount.
    Err(NoCedarValue::new(
        "a float, which Cedar does not have\nhelp: show money as an integer in minor units",
    ))
}

fn absent() -> Shown {
    // FAIL CLOSED: an absent value compares as somebody else's zero.
    Err(NoCedarValue::new(
        "an absent value (`None` or `()`), which Cedar does not have\n\
         help: leave it out with `skip(..)`, or show a value in its place with `args(name = ..)`; \
         inside a struct, `#[serde(skip_serializing_if = \"Option::is_none\")]` leaves it out",
    ))
}

fn tuple<T>() -> Result<T, NoCedarValue> {
    // FAIL CLOSED: `(from, to)` as a set is also `(to, from)`.
    Err(NoCedarValue::new(
        "a tuple or array, whose order a Cedar set does not keep\n\
         help: show a struct with named fields, or a slice where the order means nothing",
    ))
}

macro_rules! longs {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, value: $type) -> Shown {
            long(value)
        }
    )*};
}

impl ser::Serializer for ToCedar {
    type Ok = Value;
    type Error = NoCedarValue;
    type SerializeSeq = List;
    type SerializeTuple = Impossible<Value, NoCedarValue>;
    type SerializeTupleStruct = Impossible<Value, NoCedarValue>;
    type SerializeTupleVariant = Impossible<Value, NoCedarValue>;
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

    fn serialize_f32(self, _: f32) -> Shown {
        float()
    }

    fn serialize_f64(self, _: f64) -> Shown {
        float()
    }

    fn serialize_char(self, value: char) -> Shown {
        Ok(Value::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Shown {
        Ok(Value::Text(value.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Shown {
        // FAIL CLOSED: there is no one way to spell bytes as text.
        Err(NoCedarValue::new(
            "bytes, which Cedar does not have\n\
             help: show a digest or a text of them with `args(name = ..)`, or `skip(..)` them",
        ))
    }

    fn serialize_none(self) -> Shown {
        absent()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Shown {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Shown {
        absent()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Shown {
        absent()
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
        Ok(List::new(self.deeper()?))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoCedarValue> {
        tuple()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NoCedarValue> {
        tuple()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoCedarValue> {
        tuple()
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
