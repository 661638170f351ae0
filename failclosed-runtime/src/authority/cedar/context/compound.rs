//! Lists, maps and structs on their way.

use std::collections::BTreeMap;

use serde::{Serialize, ser};

use super::{
    NoCedarValue,
    serializer::{Shown, ToCedar},
    value::Value,
};
use crate::argument::Key;

/// What a list is.
pub(super) enum Kind {
    List,
    Tuple,
    Variant(&'static str),
}

/// The elements of a list, a tuple or a tuple variant.
pub(super) struct List {
    inner: ToCedar,
    kind: Kind,
    elements: Vec<Value>,
}

impl List {
    pub(super) fn new(inner: ToCedar, kind: Kind) -> Self {
        Self { inner, kind, elements: Vec::new() }
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for List {
            type Ok = Value;
            type Error = NoCedarValue;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoCedarValue> {
                self.elements.push(value.serialize(self.inner)?);
                Ok(())
            }

            fn end(self) -> Shown {
                Ok(match self.kind {
                    Kind::List => Value::List(self.elements),
                    Kind::Tuple => Value::Tuple(self.elements),
                    Kind::Variant(name) => Value::variant(name, Value::Tuple(self.elements)),
                })
            }
        }
    )*};
}

elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}

/// The fields of a map, a struct or a struct variant.
pub(super) struct Fields {
    inner: ToCedar,
    variant: Option<&'static str>,
    fields: BTreeMap<String, Value>,
    key: Option<String>,
}

impl Fields {
    pub(super) fn new(inner: ToCedar, variant: Option<&'static str>) -> Self {
        Self { inner, variant, fields: BTreeMap::new(), key: None }
    }

    fn insert<T: Serialize + ?Sized>(
        &mut self,
        key: String,
        value: &T,
    ) -> Result<(), NoCedarValue> {
        let value = value
            .serialize(self.inner)
            .map_err(|NoCedarValue(fault)| NoCedarValue(format!("`{key}`: {fault}")))?;
        if self.fields.contains_key(&key) {
            // FAIL CLOSED: of two values with one key a policy would see either.
            return Err(NoCedarValue(format!("the key `{key}` is given twice")));
        }
        self.fields.insert(key, value);
        Ok(())
    }

    fn finish(self) -> Shown {
        if self.key.is_some() {
            // FAIL CLOSED: a broken `Serialize` must not lose a field.
            return Err(NoCedarValue::new("a map key without a value"));
        }
        let fields = Value::Map(self.fields);
        Ok(match self.variant {
            Some(name) => Value::variant(name, fields),
            None => fields,
        })
    }
}

impl ser::SerializeMap for Fields {
    type Ok = Value;
    type Error = NoCedarValue;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NoCedarValue> {
        if self.key.replace(Key::<NoCedarValue>::text(key)?).is_some() {
            // FAIL CLOSED: as in `finish`.
            return Err(NoCedarValue::new("a map key without a value"));
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoCedarValue> {
        match self.key.take() {
            Some(key) => self.insert(key, value),
            // FAIL CLOSED: a value that no policy could name.
            None => Err(NoCedarValue::new("a map value without a key")),
        }
    }

    fn end(self) -> Shown {
        self.finish()
    }
}

macro_rules! named_fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Fields {
            type Ok = Value;
            type Error = NoCedarValue;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), NoCedarValue> {
                self.insert(name.to_owned(), value)
            }

            fn end(self) -> Shown {
                self.finish()
            }
        }
    )*};
}

named_fields!(SerializeStruct, SerializeStructVariant);
