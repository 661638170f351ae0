//! What can be shown to an authority, and the walk that proves it before anyone is asked.
//!
//! An argument the authority never saw is an argument it never approved, so this file refuses
//! rather than truncates.

use std::{collections::HashSet, fmt};

use serde::{Serialize, ser};

use crate::contain::{Panicked, contain};

/// The most bytes of arguments one request may carry. Larger requests are denied, never cut short
/// (CVE-2026-34040: an oversized body that the authorizer did not get to see was let through).
pub const MAX_ARGUMENT_BYTES: usize = 1024 * 1024;

/// How deep an argument may nest.
pub const MAX_ARGUMENT_DEPTH: usize = 64;

/// A value an authority can be shown: anything that is `Serialize + Sync`.
///
/// Implemented for every such type; there is nothing to write by hand. `Sync`, because the request
/// is lent to the authority while the caller's task may move between threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to the authority",
    label = "this argument is not `Serialize + Sync`",
    note = "an argument the authority never saw is an argument it never approved\n\
            help: leave it out by name with `skip(..)` (on a field: `#[action(skip)]`), or show a \
            part of it with `args(name = expr)`"
)]
pub trait Argument: erased_serde::Serialize + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Sync + ?Sized> Argument for T {}

erased_serde::serialize_trait_object!(Argument);

/// Named arguments, by position: `argument(0)`, `argument(1)`, .. until `None`.
///
/// Implemented by `#[derive(Action)]` for the fields of an action. By position, and not as a
/// collection, so that a request can borrow them without allocating.
pub trait Arguments: Sync {
    /// The argument at `index` with its name, `None` past the last one.
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>>;
}

/// One argument with the name it goes by.
pub type NamedArgument<'a> = (&'static str, &'a dyn Argument);

/// No arguments at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoArguments;

impl Arguments for NoArguments {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

/// Why the arguments of a request cannot be shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotShowable(String);

impl NotShowable {
    pub(crate) fn new(detail: impl fmt::Display) -> Self {
        Self(detail.to_string())
    }
}

impl fmt::Display for NotShowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotShowable {}

impl ser::Error for NotShowable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}

/// Walks every argument once, writing nothing, and fails on the first that cannot be shown whole.
///
/// # Denies
/// An argument that fails to serialize, holds a float that is not finite or a map key that is not
/// text or one name twice or a number of more than 64 bits, panics, is nested too deep, or makes the request larger
/// than [`MAX_ARGUMENT_BYTES`].
pub(crate) fn inspect<'a>(
    arguments: impl Iterator<Item = NamedArgument<'a>>,
) -> Result<(), NotShowable> {
    let mut walk = Walk {
        bytes_left: MAX_ARGUMENT_BYTES,
        depth: 0,
        in_some: false,
        maps: Vec::new(),
        fields: Names::default(),
    };
    for (name, argument) in arguments {
        walk.text(name.len())
            .and_then(|()| walk.show(argument))
            .map_err(|error| NotShowable(format!("argument `{name}`: {error}")))?;
    }
    Ok(())
}

/// A serializer that only counts.
struct Walk {
    bytes_left: usize,
    depth: usize,
    /// Inside a `Some`, before anything else has been said.
    in_some: bool,
    /// The keys of each map that is open.
    maps: Vec<HashSet<String>>,
    /// The same for structs.
    fields: Names,
}

impl Walk {
    fn show(&mut self, argument: &dyn Argument) -> Result<(), NotShowable> {
        // How a value is serialized is its author's code, which may panic.
        contain(|| argument.serialize(self)).unwrap_or_else(|Panicked(text)| {
            Err(NotShowable(format!("panicked while it was shown: {text}")))
        })
    }

    /// Counts text and the quotes around it: a million empty strings are not nothing.
    fn text(&mut self, bytes: usize) -> Result<(), NotShowable> {
        self.take(bytes.saturating_add(1))
    }

    /// Wrappers leave no trace in JSON, but each is a frame on the stack of whoever walks them.
    fn wrapped<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        in_some: bool,
    ) -> Result<(), NotShowable> {
        self.enter()?;
        self.in_some = in_some;
        value.serialize(&mut *self)?;
        self.leave()
    }

    /// A value that formats write as nothing.
    fn nothing(&mut self) -> Result<(), NotShowable> {
        if self.in_some {
            // FAIL CLOSED: `Some(None)` and `None` mean two things and are written as one `null`.
            return Err(NotShowable("a `Some` with nothing in it".into()));
        }
        self.take(1)
    }

    /// A type that is written as what it holds, and not as what it says it is.
    fn plain(&mut self, name: &str) -> Result<(), NotShowable> {
        if name.starts_with("$serde_json::private::") {
            // FAIL CLOSED: raw JSON text has not been looked at, whatever is in it.
            return Err(NotShowable("raw JSON; parse it into a type first".into()));
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
            None => Err(NotShowable(format!("larger than {MAX_ARGUMENT_BYTES} bytes"))),
        }
    }

    fn enter(&mut self) -> Result<(), NotShowable> {
        self.depth += 1;
        if self.depth > MAX_ARGUMENT_DEPTH {
            // FAIL CLOSED: a value the authority's parser might give up on half way.
            return Err(NotShowable(format!("nested deeper than {MAX_ARGUMENT_DEPTH}")));
        }
        self.take(1)
    }

    fn leave(&mut self) -> Result<(), NotShowable> {
        self.depth -= 1;
        Ok(())
    }

    fn wide(&mut self, fits: bool) -> Result<(), NotShowable> {
        if fits {
            self.take(8)
        } else {
            // FAIL CLOSED: JSON readers fail on it or round it, and the log would lose it.
            Err(NotShowable("a number of more than 64 bits".into()))
        }
    }

    fn float(&mut self, finite: bool) -> Result<(), NotShowable> {
        if finite {
            self.take(8)
        } else {
            // FAIL CLOSED: JSON writers turn NaN into `null`, and `null` passes numeric caps.
            Err(NotShowable("a float that is not finite".into()))
        }
    }
}

macro_rules! counted {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, _: $type) -> Result<(), NotShowable> {
            self.take(size_of::<$type>())
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

    counted! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_char: char,
    }

    fn serialize_i128(self, value: i128) -> Result<(), NotShowable> {
        self.wide(i64::try_from(value).is_ok() || u64::try_from(value).is_ok())
    }

    fn serialize_u128(self, value: u128) -> Result<(), NotShowable> {
        self.wide(u64::try_from(value).is_ok())
    }

    fn serialize_f32(self, value: f32) -> Result<(), NotShowable> {
        self.float(value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Result<(), NotShowable> {
        self.float(value.is_finite())
    }

    fn serialize_str(self, value: &str) -> Result<(), NotShowable> {
        self.text(value.len())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), NotShowable> {
        self.text(value.len())
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
        self.text(variant.len())
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
        self.take(variant.len())?;
        self.wrapped(value, false)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, NotShowable> {
        self.enter().map(|()| self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NotShowable> {
        self.enter().map(|()| self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, NotShowable> {
        self.enter().map(|()| self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, NotShowable> {
        self.take(variant.len())?;
        self.enter().map(|()| self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, NotShowable> {
        self.enter()?;
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
        self.take(variant.len())?;
        Fields::of(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), NotShowable> {
        // Counted while it is written: a `Display` of 100 MB is never built.
        struct Count<'w>(&'w mut Walk);
        impl fmt::Write for Count<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.take(text.len()).map_err(|_| fmt::Error)
            }
        }
        self.text(0)?;
        fmt::write(&mut Count(self), format_args!("{value}")).map_err(|_| {
            NotShowable(format!("not printable, or larger than {MAX_ARGUMENT_BYTES} bytes"))
        })
    }
}

mod compound;
mod fields;

use fields::{Fields, Names};
