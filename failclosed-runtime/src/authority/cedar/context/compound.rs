//! Lists as sets, maps and structs as records.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, ser};

use super::{
    NoCedarValue,
    serializer::{Shown, ToCedar},
    value::Value,
};
use crate::argument::Key;

/// The elements of a list.
pub(super) struct List {
    inner: ToCedar,
    elements: BTreeSet<Value>,
}

impl List {
    pub(super) fn new(inner: ToCedar) -> Self {
        Self { inner, elements: BTreeSet::new() }
    }
}

impl ser::SerializeSeq for List {
    type Ok = Value;
    type Error = NoCedarValue;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoCedarValue> {
        if self.elements.insert(value.serialize(self.inner)?) {
            Ok(())
        } else {
            // FAIL CLOSED: a set shows an element once, and the policy would permit one of many.
            Err(NoCedarValue::new(
                "a list that repeats an element, which a Cedar set shows once\n\
                 help: show how often it stands there, with `args(name = ..)`",
            ))
        }
    }

    fn end(self) -> Shown {
        Ok(Value::Set(self.elements))
    }
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
        let fields = Value::Record(self.fields);
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
