//! What is acted on.

use std::borrow::Cow;

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

/// What `resource = ..` accepts: text, a [`Resource`], a `(kind, id)` pair, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a resource",
    label = "expected text, a `(kind, id)` pair or a `Resource`",
    note = "help: write `resource = failclosed::request::Resource::new(\"Kind\", id)`"
)]
pub trait ToResource {
    /// The resource it names.
    fn to_resource(&self) -> Resource<'_>;
}

impl ToResource for str {
    fn to_resource(&self) -> Resource<'_> {
        Resource::id_only(self)
    }
}

impl ToResource for String {
    fn to_resource(&self) -> Resource<'_> {
        Resource::id_only(self.as_str())
    }
}

impl ToResource for Cow<'_, str> {
    fn to_resource(&self) -> Resource<'_> {
        Resource::id_only(&**self)
    }
}

impl<K: AsRef<str>, I: AsRef<str>> ToResource for (K, I) {
    fn to_resource(&self) -> Resource<'_> {
        Resource::new(self.0.as_ref(), self.1.as_ref())
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
