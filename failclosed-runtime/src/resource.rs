//! What is acted on.

use std::{borrow::Cow, sync::Arc};

use serde::Serialize;

/// The thing acted on: an id, and the kind of thing it is where that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource<'a> {
    kind: Option<Cow<'a, str>>,
    id: Cow<'a, str>,
}

impl<'a> Resource<'a> {
    /// A resource of a kind: `Resource::new("Vendor", "coachella.com")`.
    pub fn new(kind: impl Into<Cow<'a, str>>, id: impl Into<Cow<'a, str>>) -> Self {
        Self { kind: Some(kind.into()), id: id.into() }
    }

    /// A resource whose kind the authority knows by itself.
    pub fn id_only(id: impl Into<Cow<'a, str>>) -> Self {
        Self { kind: None, id: id.into() }
    }

    /// The same one, with nothing borrowed.
    pub fn into_owned(self) -> Resource<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Resource { kind: self.kind.map(owned), id: owned(self.id) }
    }

    /// What kind of thing it is.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Which one it is.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// What `resource = ..` accepts: text, a whole number, a `Uuid` (feature `uuid`), a [`Resource`], a
/// `(kind, id)` pair, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a resource",
    label = "expected text, a number, a `(kind, id)` pair or a `Resource`",
    note = "help: write `resource = failclosed::request::Resource::new(\"Kind\", id)`"
)]
pub trait ToResource {
    /// The resource it names.
    fn to_resource(&self) -> Resource<'_>;
}

/// What names one thing of its kind, in `resource = ("Row", id)`: text, a whole number, or a type of yours
/// that says what its text is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of a resource",
    label = "expected text or a whole number",
    note = "help: give its text, such as `id.to_string()`"
)]
pub trait ResourceId {
    /// Its text.
    fn to_id(&self) -> Cow<'_, str>;
}

macro_rules! text {
    ($($text:ty),*) => {$(
        impl ResourceId for $text {
            fn to_id(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
        }
    )*};
}

macro_rules! number {
    ($($number:ty),*) => {$(
        impl ResourceId for $number {
            fn to_id(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

macro_rules! alone {
    ($($id:ty),*) => {$(
        impl ToResource for $id {
            fn to_resource(&self) -> Resource<'_> {
                Resource::id_only(self.to_id())
            }
        }
    )*};
}

text!(str, String, Cow<'_, str>, Box<str>, Arc<str>);
number!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
alone!(str, String, Cow<'_, str>, Box<str>, Arc<str>);
alone!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

/// As it is usually written: `67e55044-10b1-426f-9247-bb680e5fe0c8`.
#[cfg(feature = "uuid")]
impl ResourceId for uuid::Uuid {
    fn to_id(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

#[cfg(feature = "uuid")]
alone!(uuid::Uuid);

impl<I: ResourceId + ?Sized> ResourceId for &I {
    fn to_id(&self) -> Cow<'_, str> {
        (**self).to_id()
    }
}

impl<K: AsRef<str>, I: ResourceId> ToResource for (K, I) {
    fn to_resource(&self) -> Resource<'_> {
        Resource::new(self.0.as_ref(), self.1.to_id())
    }
}

impl ToResource for Resource<'_> {
    fn to_resource(&self) -> Resource<'_> {
        Resource { kind: self.kind.as_deref().map(Cow::Borrowed), id: Cow::Borrowed(&self.id) }
    }
}

impl<T: ToResource + ?Sized> ToResource for &T {
    fn to_resource(&self) -> Resource<'_> {
        (**self).to_resource()
    }
}

#[cfg(all(test, feature = "uuid"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_uuid_is_an_id() {
        let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let id: uuid::Uuid = text.parse().unwrap();
        assert_eq!(id.to_resource(), Resource::id_only(text));
        assert_eq!(("Row", &id).to_resource(), Resource::new("Row", text));
    }
}
