//! Lists, maps and structs on their way into a snapshot.
//!
//! A struct has each field once, as everybody thinks, and serde writes two of one name all the same: a
//! tagged enum puts its tag among the fields of what it holds, and two fields can be renamed to one. So
//! the keys of every object are looked at when it ends.

use serde::{Serialize, ser};

use super::{NotShowable, key::Key, number, snapshot::Span, writer::Writer};

/// As many keys as are compared with each other without being sorted.
const FEW: usize = 8;

/// A list that is open.
pub(crate) struct List<'w> {
    writer: &'w mut Writer,
    close: &'static [u8],
    is_empty: bool,
}

impl<'w> List<'w> {
    pub(super) fn of(writer: &'w mut Writer, close: &'static [u8]) -> Result<Self, NotShowable> {
        writer.enter(b"[")?;
        Ok(Self { writer, close, is_empty: true })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
        if !self.is_empty {
            self.writer.raw(b",");
        }
        self.is_empty = false;
        let written = value.serialize(&mut *self.writer);
        self.writer.keep(written)
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),* $(,)?) => {$(
        impl ser::$trait for List<'_> {
            type Ok = ();
            type Error = NotShowable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
                self.element(value)
            }

            fn end(self) -> Result<(), NotShowable> {
                self.writer.leave(self.close)
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

/// An object that is open: its keys, and how it ends.
struct Object<'w> {
    writer: &'w mut Writer,
    close: &'static [u8],
    /// Where its own keys begin among those of all objects that are open.
    first: usize,
}

impl<'w> Object<'w> {
    fn of(writer: &'w mut Writer, close: &'static [u8]) -> Result<Self, NotShowable> {
        writer.enter(b"{")?;
        let first = writer.page.keys.len();
        Ok(Self { writer, close, first })
    }

    /// Writes a key with what stands before and behind it.
    fn key(
        &mut self,
        write: impl FnOnce(&mut Writer) -> Result<(), NotShowable>,
    ) -> Result<(), NotShowable> {
        if self.writer.page.keys.len() > self.first {
            self.writer.raw(b",");
        }
        let start = self.writer.at();
        let written = write(self.writer);
        self.writer.keep(written)?;
        let key = start..self.writer.at();
        self.writer.page.keys.push(key);
        self.writer.raw(b":");
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
        let written = value.serialize(&mut *self.writer);
        self.writer.keep(written)
    }

    fn refuse(&mut self, fault: &str) -> Result<(), NotShowable> {
        self.writer.keep(Err(NotShowable::new(fault)))
    }

    fn close(self) -> Result<(), NotShowable> {
        let page = &mut *self.writer.page;
        let own = page.keys.get_mut(self.first..).unwrap_or_default();
        if let Some(twice) = repeated(&page.text, own) {
            // FAIL CLOSED: of two values under one key an authority reads either.
            return Err(NotShowable::new(format_args!("the key `{twice}` twice in one object")));
        }
        page.keys.truncate(self.first);
        self.writer.leave(self.close)
    }
}

/// A key that stands twice among these, as its JSON text.
fn repeated(text: &[u8], keys: &mut [Span]) -> Option<String> {
    let of = |key: &Span| text.get(key.start as usize..key.end as usize).unwrap_or_default();
    let twice = if keys.len() <= FEW {
        keys.iter()
            .enumerate()
            .find(|(index, key)| keys.iter().take(*index).any(|other| of(other) == of(key)))
            .map(|(_, key)| of(key))
    } else {
        keys.sort_unstable_by(|one, other| of(one).cmp(of(other)));
        keys.windows(2)
            .find_map(|pair| {
                pair.first().zip(pair.last()).filter(|(one, other)| of(one) == of(other))
            })
            .map(|(key, _)| of(key))
    };
    // Without its quotes.
    twice.map(|key| String::from_utf8_lossy(key).trim_matches('"').to_owned())
}

/// A map that is open.
pub(crate) struct Map<'w> {
    object: Object<'w>,
    /// A key has been written, and its value has not.
    is_owed: bool,
}

impl<'w> Map<'w> {
    pub(super) fn of(writer: &'w mut Writer) -> Result<Self, NotShowable> {
        Ok(Self { object: Object::of(writer, b"}")?, is_owed: false })
    }
}

impl ser::SerializeMap for Map<'_> {
    type Ok = ();
    type Error = NotShowable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotShowable> {
        if std::mem::replace(&mut self.is_owed, true) {
            // FAIL CLOSED: a key without a value is read as something else, or not at all.
            return self.object.refuse("a map key without a value");
        }
        self.object.key(|writer| key.serialize(Key::of(writer)))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
        if !std::mem::replace(&mut self.is_owed, false) {
            // FAIL CLOSED: a value that nobody can name.
            return self.object.refuse("a map value without a key");
        }
        self.object.value(value)
    }

    fn end(self) -> Result<(), NotShowable> {
        if self.is_owed {
            // FAIL CLOSED: as above.
            return Err(NotShowable::new("a map key without a value"));
        }
        self.object.close()
    }
}

/// A struct that is open.
pub(crate) enum Fields<'w> {
    Named(NamedFields<'w>),
    /// A number, which has one field: its text. Whether it has come.
    Number(&'w mut Writer, bool),
}

/// The fields of a struct that is one.
pub(crate) struct NamedFields<'w>(Object<'w>);

impl<'w> Fields<'w> {
    pub(super) fn of(writer: &'w mut Writer, close: &'static [u8]) -> Result<Self, NotShowable> {
        Ok(Self::Named(NamedFields(Object::of(writer, close)?)))
    }

    pub(super) fn number(writer: &'w mut Writer) -> Self {
        Self::Number(writer, false)
    }

    fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        match self {
            Self::Named(NamedFields(object)) => {
                object.key(|writer| writer.text(name))?;
                object.value(value)
            }
            Self::Number(writer, has_come) => {
                if name != number::NAME || std::mem::replace(has_come, true) {
                    // FAIL CLOSED: it is no number, whatever its name says.
                    return writer
                        .keep(Err(NotShowable::new("raw JSON; parse it into a type first")));
                }
                let written = value.serialize(Key::digits(writer));
                writer.keep(written)
            }
        }
    }

    fn close(self) -> Result<(), NotShowable> {
        match self {
            Self::Named(NamedFields(object)) => object.close(),
            Self::Number(_, true) => Ok(()),
            // FAIL CLOSED: nothing was written where a number should be.
            Self::Number(_, false) => Err(NotShowable::new("a number without its digits")),
        }
    }
}

macro_rules! fields {
    ($($trait:ident),* $(,)?) => {$(
        impl ser::$trait for Fields<'_> {
            type Ok = ();
            type Error = NotShowable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), NotShowable> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), NotShowable> {
                self.close()
            }
        }
    )*};
}

fields! { SerializeStruct, SerializeStructVariant }
