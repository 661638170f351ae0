//! What an authority is asked: who, what, on what, with which arguments.

use std::{borrow::Cow, collections::HashSet, fmt, io, sync::Arc};

use serde::{
    Serialize,
    ser::{SerializeMap, Serializer},
};
use sha2::{Digest as _, Sha256};

use crate::{
    argument::{Argument, Arguments, Fingerprint, NamedArgument, NotShowable, inspect},
    contain::{Panicked, contain},
    id::CallId,
    subject::Subject,
};

/// As many arguments as are compared without a set.
const FEW: usize = 16;

/// One question to an authority. It borrows everything from the call it is about: asking copies
/// nothing and allocates nothing.
pub struct Request<'a> {
    pub(crate) id: CallId,
    pub(crate) subject: &'a Subject,
    pub(crate) action: &'static str,
    pub(crate) resource: Option<Resource<'a>>,
    pub(crate) carried: &'a dyn Arguments,
    pub(crate) passed: &'a [NamedArgument<'a>],
    pub(crate) context: &'a [ContextEntry],
}

/// One fact that the guard adds to each of its requests.
pub(crate) type ContextEntry = (&'static str, Arc<dyn Argument + Send>);

impl<'a> Request<'a> {
    /// The id of the call this question is about; the audit log carries the same one.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Who acts.
    pub fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// The action's name.
    pub fn action(&self) -> &'static str {
        self.action
    }

    /// The thing acted on, where the executor names one.
    pub fn resource(&self) -> Option<&Resource<'a>> {
        self.resource.as_ref()
    }

    /// The arguments, each with its name, in the order the executor declares them.
    pub fn arguments(&self) -> ArgumentList<'_> {
        ArgumentList { carried: self.carried, passed: self.passed }
    }

    /// The argument called `name`.
    pub fn argument(&self, name: &str) -> Option<&dyn Argument> {
        self.arguments().iter().find(|(other, _)| *other == name).map(|(_, argument)| argument)
    }

    /// What the guard knows beyond the call, each with its name.
    pub fn context(&self) -> impl Iterator<Item = (&'a str, &'a dyn Argument)> {
        self.context.iter().map(|(name, value)| (*name, &**value as &dyn Argument))
    }

    /// Whether everything that is asked can be shown whole, each argument under a name of its own.
    /// Gives what to compare it by after a wait.
    pub(crate) fn inspect(&self) -> Result<Fingerprint, NotShowable> {
        let resource = self.resource().map(|resource| ("resource", resource as &dyn Argument));
        let context = self.context.iter().map(|(name, value)| (*name, &**value as _));
        // How an action lists its arguments may be its author's code, which may panic.
        contain(|| {
            self.distinct()?;
            inspect(self.arguments().iter().chain(resource).chain(context))
        })
        .unwrap_or_else(|Panicked(text)| Err(NotShowable::new(text)))
    }

    fn distinct(&self) -> Result<(), NotShowable> {
        // FAIL CLOSED: of two arguments with one name an authority may see either.
        let twice = |name| Err(NotShowable::new(format_args!("argument `{name}` is given twice")));
        let names = || self.arguments().iter().map(|(name, _)| name);
        if names().nth(FEW).is_some() {
            let mut seen = HashSet::new();
            return names().find(|name| !seen.insert(*name)).map_or(Ok(()), twice);
        }
        // Without a set, which would be the only allocation of a call that is allowed.
        let mut seen = [""; FEW];
        for (index, name) in names().enumerate().take(FEW) {
            if seen[..index].contains(&name) {
                return twice(name);
            }
            seen[index] = name;
        }
        Ok(())
    }

    /// SHA-256 over subject, action, resource, arguments and context: what an answer can be bound to.
    ///
    /// # Errors
    /// An argument that does not serialize to JSON.
    pub fn digest(&self) -> Result<Digest, NotShowable> {
        #[derive(Serialize)]
        struct Bound<'b> {
            subject: &'b Subject,
            action: &'b str,
            resource: Option<&'b Resource<'b>>,
            arguments: ArgumentList<'b>,
            context: ContextList<'b>,
        }
        struct Hasher(Sha256);
        impl io::Write for Hasher {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.update(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut hasher = Hasher(Sha256::new());
        let bound = Bound {
            subject: self.subject,
            action: self.action,
            resource: self.resource(),
            arguments: self.arguments(),
            context: ContextList(self.context),
        };
        // How an argument is serialized is its author's code, which may panic.
        contain(|| serde_json::to_writer(&mut hasher, &bound))
            .map_err(|Panicked(text)| NotShowable::new(text))?
            .map_err(NotShowable::new)?;
        Ok(Digest::of(hasher.0))
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments may be secrets to whoever prints a request; their names are not.
        let names: Vec<_> = self.arguments().iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("subject", self.subject)
            .field("action", &self.action)
            .field("resource", &self.resource)
            .field("arguments", &names)
            .finish()
    }
}

/// The arguments of a request: iterable, and serializable as one map.
#[derive(Clone, Copy)]
pub struct ArgumentList<'a> {
    carried: &'a dyn Arguments,
    passed: &'a [NamedArgument<'a>],
}

impl<'a> ArgumentList<'a> {
    /// Each argument with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = NamedArgument<'a>> + use<'a> {
        let carried = self.carried;
        (0..).map_while(move |index| carried.argument(index)).chain(self.passed.iter().copied())
    }
}

impl Serialize for ArgumentList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, argument) in self.iter() {
            map.serialize_entry(name, argument)?;
        }
        map.end()
    }
}

impl fmt::Debug for ArgumentList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[derive(Clone, Copy)]
pub(crate) struct ContextList<'a>(pub(crate) &'a [ContextEntry]);

impl Serialize for ContextList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, &**value as &dyn Argument)))
    }
}

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
    note = "help: write `resource = failclosed::Resource::new(\"Kind\", id)`"
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

/// SHA-256 of what a request asks. Printed as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn of(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
