//! The walk through sequences and maps.

use serde::{Serialize, ser};

use super::{Key, NotShowable, fingerprint::Token, walk::Walk};

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
        let key = Key::<NotShowable>::text(key)?;
        self.text(Token::Name, key.as_bytes())?;
        match self.maps.last_mut() {
            Some(seen) if !seen.contains(&key) => {
                seen.insert(key);
                Ok(())
            }
            // FAIL CLOSED: of two values under one key an authority reads either.
            _ => Err(NotShowable::new(format_args!("the key `{key}` twice in one map"))),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotShowable> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), NotShowable> {
        self.maps.pop();
        self.leave()
    }
}
