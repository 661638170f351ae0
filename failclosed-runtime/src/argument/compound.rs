//! The walk through sequences and maps.

use serde::{
    Serialize,
    ser::{self, Impossible},
};

use super::{NotShowable, Walk};

macro_rules! elements {
    ($($trait:ident::$method:ident),* $(,)?) => {$(
        impl ser::$trait for &mut Walk {
            type Ok = ();
            type Error = NotShowable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), NotShowable> {
                self.leave()
            }
        }
    )*};
}

elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

impl ser::SerializeMap for &mut Walk {
    type Ok = ();
    type Error = NotShowable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotShowable> {
        key.serialize(Key(self))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), NotShowable> {
        self.maps.pop();
        self.leave()
    }
}

/// Accepts map keys that are text, which is all that every authority's format can carry, each once.
struct Key<'w>(&'w mut Walk);

impl Key<'_> {
    fn take(self, key: &str) -> Result<(), NotShowable> {
        self.0.text(key.len())?;
        let seen = self.0.maps.last_mut();
        if seen.is_some_and(|seen| seen.insert(key.to_owned())) {
            return Ok(());
        }
        // FAIL CLOSED: of two values under one key an authority reads either.
        Err(NotShowable::new(format_args!("the key `{key}` twice in one map")))
    }
}

fn refuse<T>() -> Result<T, NotShowable> {
    // FAIL CLOSED: a key that one format drops and another spells differently.
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
        self.take(value)
    }

    fn serialize_char(self, value: char) -> Result<(), NotShowable> {
        self.take(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotShowable> {
        self.take(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        self.0.enter()?;
        value.serialize(Key(&mut *self.0))?;
        self.0.leave()
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
