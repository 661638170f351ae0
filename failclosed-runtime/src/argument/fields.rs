//! The walk through structs.
//!
//! A struct has each field once, as everybody thinks, and serde writes two of one name all the same: a
//! tagged enum puts its tag among the fields of what it holds, and two fields can be renamed to one.

use serde::{Serialize, ser};

use super::{NotShowable, fingerprint::Token, walk::Walk};

/// As many names are kept without an allocation.
const FEW: usize = 8;

/// The names of the fields of all structs that are open, one behind the other.
#[derive(Default)]
pub(super) struct Names {
    few: [&'static str; FEW],
    more: Vec<&'static str>,
    count: usize,
}

impl Names {
    /// Adds a name, unless it is there from `start` on.
    fn add(&mut self, start: usize, name: &'static str) -> bool {
        let few = self.few.iter().take(self.count);
        if few.chain(&self.more).skip(start).any(|other| *other == name) {
            return false;
        }
        match self.few.get_mut(self.count) {
            Some(place) => *place = name,
            None => self.more.push(name),
        }
        self.count += 1;
        true
    }

    fn back_to(&mut self, start: usize) {
        self.count = start;
        self.more.truncate(start.saturating_sub(FEW));
    }
}

/// A struct that is open.
pub(super) struct Fields<'w> {
    walk: &'w mut Walk,
    start: usize,
}

impl<'w> Fields<'w> {
    pub(super) fn of(walk: &'w mut Walk) -> Result<Self, NotShowable> {
        walk.enter(Token::Map)?;
        let start = walk.fields.count;
        Ok(Self { walk, start })
    }

    fn show<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        self.walk.text(Token::Name, name.as_bytes())?;
        if !self.walk.fields.add(self.start, name) {
            // FAIL CLOSED: of two values under one name an authority reads either.
            return Err(NotShowable::new(format_args!("the field `{name}` twice in one struct")));
        }
        value.serialize(&mut *self.walk)
    }

    fn close(self) -> Result<(), NotShowable> {
        self.walk.fields.back_to(self.start);
        self.walk.leave()
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
                self.show(name, value)
            }

            fn end(self) -> Result<(), NotShowable> {
                self.close()
            }
        }
    )*};
}

fields! { SerializeStruct, SerializeStructVariant }
