//! The walk over the arguments, before anybody is asked and after every wait.

use std::{collections::HashSet, fmt};

use serde::{Serialize, ser};

use super::{
    Argument, MAX_ARGUMENT_BYTES, MAX_ARGUMENT_DEPTH, NamedArgument, NotShowable,
    fields::{Fields, Names},
    fingerprint::{Fingerprint, Token, Trace},
};
use crate::contain::{Panicked, contain};

/// Walks every argument once, writing nothing, and fails on the first that cannot be shown whole.
/// Gives what they are compared by later.
///
/// # Denies
/// An argument that fails to serialize, holds a float that is not finite, a map key that is not text,
/// one name twice or a number of more than 64 bits, panics, is nested too deep, or makes the request
/// larger than [`MAX_ARGUMENT_BYTES`].
pub(crate) fn inspect<'a>(
    arguments: impl Iterator<Item = NamedArgument<'a>>,
) -> Result<Fingerprint, NotShowable> {
    let mut walk = Walk {
        bytes_left: MAX_ARGUMENT_BYTES,
        depth: 0,
        in_some: false,
        maps: Vec::new(),
        fields: Names::default(),
        trace: Trace::new(),
    };
    for (name, argument) in arguments {
        walk.text(Token::Name, name.as_bytes())
            .and_then(|()| walk.show(argument))
            .map_err(|error| NotShowable::new(format_args!("argument `{name}`: {error}")))?;
    }
    Ok(walk.trace.finish())
}

/// A serializer that only counts, and remembers what it was told as one number.
pub(super) struct Walk {
    bytes_left: usize,
    depth: usize,
    /// Inside a `Some`, before anything else has been said.
    in_some: bool,
    /// The keys of each map that is open.
    pub(super) maps: Vec<HashSet<String>>,
    /// The same for structs.
    pub(super) fields: Names,
    trace: Trace,
}

impl Walk {
    fn show(&mut self, argument: &dyn Argument) -> Result<(), NotShowable> {
        // How a value is serialized is its author's code, which may panic.
        contain(|| argument.serialize(self)).unwrap_or_else(|Panicked(text)| {
            Err(NotShowable::new(format_args!("panicked while it was shown: {text}")))
        })
    }

    /// Counts text and the quotes around it: a million empty strings are not nothing.
    pub(super) fn text(&mut self, token: Token, text: &[u8]) -> Result<(), NotShowable> {
        self.take(text.len().saturating_add(1))?;
        self.trace.text(token, text);
        Ok(())
    }

    fn number(&mut self, token: Token, value: u64) -> Result<(), NotShowable> {
        self.take(8)?;
        self.trace.number(token, value);
        Ok(())
    }

    /// Wrappers leave no trace in JSON, but each is a frame on the stack of whoever walks them.
    fn wrapped<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        in_some: bool,
    ) -> Result<(), NotShowable> {
        self.enter(if in_some { Token::Some } else { Token::Wrapper })?;
        self.in_some = in_some;
        value.serialize(&mut *self)?;
        self.leave()
    }

    /// A value that formats write as nothing.
    fn nothing(&mut self) -> Result<(), NotShowable> {
        if self.in_some {
            // FAIL CLOSED: `Some(None)` and `None` mean two things and are written as one `null`.
            return Err(NotShowable::new("a `Some` with nothing in it"));
        }
        self.number(Token::Nothing, 0)
    }

    /// A type that is written as what it holds, and not as what it says it is.
    fn plain(&mut self, name: &str) -> Result<(), NotShowable> {
        if name.starts_with("$serde_json::private::") {
            // FAIL CLOSED: raw JSON text has not been looked at, whatever is in it.
            return Err(NotShowable::new("raw JSON; parse it into a type first"));
        }
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<(), NotShowable> {
        self.in_some = false;
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            // FAIL CLOSED: too large to show whole is refused, never shown in part.
            None => Err(NotShowable::new(format_args!("larger than {MAX_ARGUMENT_BYTES} bytes"))),
        }
    }

    pub(super) fn enter(&mut self, token: Token) -> Result<(), NotShowable> {
        self.depth += 1;
        if self.depth > MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: a value the authority's parser might give up on half way.
            return Err(NotShowable::new(format_args!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        self.take(1)?;
        self.trace.number(token, 0);
        Ok(())
    }

    pub(super) fn leave(&mut self) -> Result<(), NotShowable> {
        self.depth -= 1;
        self.trace.number(Token::End, 0);
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), NotShowable> {
        if value.is_finite() {
            self.number(Token::Float, value.to_bits())
        } else {
            // FAIL CLOSED: JSON writers turn NaN into `null`, and `null` passes numeric caps.
            Err(NotShowable::new("a float that is not finite"))
        }
    }
}

fn wide() -> NotShowable {
    // FAIL CLOSED: JSON readers fail on it or round it, and the log would lose it.
    NotShowable::new("a number of more than 64 bits")
}

macro_rules! numbers {
    ($($method:ident: $type:ty => $token:ident),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), NotShowable> {
            self.number(Token::$token, value.into())
        }
    )*};
}

macro_rules! signed {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), NotShowable> {
            self.number(Token::Signed, i64::from(value).cast_unsigned())
        }
    )*};
}

impl<'w> ser::Serializer for &'w mut Walk {
    type Ok = ();
    type Error = NotShowable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Fields<'w>;
    type SerializeStructVariant = Fields<'w>;

    numbers! {
        serialize_bool: bool => Bool, serialize_char: char => Char,
        serialize_u8: u8 => Unsigned, serialize_u16: u16 => Unsigned,
        serialize_u32: u32 => Unsigned, serialize_u64: u64 => Unsigned,
    }

    signed! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
    }

    fn serialize_i128(self, value: i128) -> Result<(), NotShowable> {
        match i64::try_from(value) {
            Ok(value) => self.serialize_i64(value),
            Err(_) => self.serialize_u64(u64::try_from(value).map_err(|_| wide())?),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), NotShowable> {
        self.serialize_u64(u64::try_from(value).map_err(|_| wide())?)
    }

    fn serialize_f32(self, value: f32) -> Result<(), NotShowable> {
        self.float(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), NotShowable> {
        self.float(value)
    }

    fn serialize_str(self, value: &str) -> Result<(), NotShowable> {
        self.text(Token::Text, value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), NotShowable> {
        self.text(Token::Bytes, value)
    }

    fn serialize_none(self) -> Result<(), NotShowable> {
        self.nothing()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        self.wrapped(value, true)
    }

    fn serialize_unit(self) -> Result<(), NotShowable> {
        self.nothing()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotShowable> {
        self.nothing()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotShowable> {
        self.text(Token::Variant, variant.as_bytes())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        self.plain(name)?;
        let in_some = self.in_some;
        self.wrapped(value, in_some)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotShowable> {
        self.text(Token::Variant, variant.as_bytes())?;
        self.wrapped(value, false)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, NotShowable> {
        self.enter(Token::List).map(|()| self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NotShowable> {
        self.enter(Token::List).map(|()| self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, NotShowable> {
        self.enter(Token::List).map(|()| self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, NotShowable> {
        self.text(Token::Variant, variant.as_bytes())?;
        self.enter(Token::List).map(|()| self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, NotShowable> {
        self.enter(Token::Map)?;
        self.maps.push(HashSet::new());
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'w>, NotShowable> {
        self.plain(name)?;
        Fields::of(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'w>, NotShowable> {
        self.text(Token::Variant, variant.as_bytes())?;
        Fields::of(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        // Counted while it is written: a `Display` of 100 MB is never built.
        struct Count<'w>(&'w mut Walk);
        impl fmt::Write for Count<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.take(text.len()).map_err(|_| fmt::Error)?;
                self.0.trace.text(Token::Piece, text.as_bytes());
                Ok(())
            }
        }
        self.number(Token::Written, 0)?;
        fmt::write(&mut Count(&mut *self), format_args!("{value}")).map_err(|_| {
            NotShowable::new(format_args!(
                "not printable, or larger than {MAX_ARGUMENT_BYTES} bytes"
            ))
        })?;
        self.trace.number(Token::End, 0);
        Ok(())
    }
}
