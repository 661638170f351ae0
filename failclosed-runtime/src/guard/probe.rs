//! Questions that must be answered with no.

use std::{borrow::Cow, fmt};

use crate::{
    action::{self, Action},
    argument::{Argument, Carries},
    resource::{Resource, ToResource},
};

/// A thing that nobody may do, in the shape in which it would be asked for. See
/// [`GuardBuilder::probe`](crate::GuardBuilder::probe).
///
/// A value of an [`Action`] is one, with its arguments. For an executor that has only a name, it is
/// spelled out, with what comes at run time, an instance or a resource:
///
/// ```
/// use failclosed_runtime::Probe;
///
/// let wipe = Probe::new("tool").instance("disk.wipe").argument("force", true);
/// let drop = Probe::new("query").resource(&("Table", "users")).argument("sql", "DROP TABLE users");
/// ```
pub struct Probe {
    action: &'static str,
    instance: Option<Box<str>>,
    value: Option<Box<dyn Carries + Send>>,
    resource: Option<Resource<'static>>,
    arguments: Vec<(&'static str, Box<dyn Argument + Send>)>,
}

impl Probe {
    /// An action by its name.
    pub fn new(action: &'static str) -> Self {
        Self { action, instance: None, value: None, resource: None, arguments: Vec::new() }
    }

    /// Which one of its kind, in the place of what the action's own value names.
    pub fn instance(mut self, instance: impl Into<Box<str>>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// On what, in the place of what the action's own value names.
    pub fn resource(mut self, resource: &(impl ToResource + ?Sized)) -> Self {
        self.resource = Some(resource.to_resource().into_owned());
        self
    }

    /// With this argument, behind those of the action's own value.
    pub fn argument(mut self, name: &'static str, value: impl Argument + Send + 'static) -> Self {
        self.arguments.push((name, Box::new(value)));
        self
    }

    pub(crate) fn action(&self) -> &'static str {
        self.action
    }
}

impl<A: Action + Send + 'static> From<A> for Probe {
    fn from(action: A) -> Self {
        let name = action::name::<A>();
        Self { value: Some(Box::new(action)), ..Self::new(name) }
    }
}

impl Carries for Probe {
    fn argument(&self, index: usize) -> Option<(&'static str, &dyn Argument)> {
        let mut of_value = 0;
        if let Some(value) = &self.value {
            if let Some(argument) = value.argument(index) {
                return Some(argument);
            }
            of_value = (0..index).take_while(|place| value.argument(*place).is_some()).count();
        }
        let (name, argument) = self.arguments.get(index - of_value)?;
        Some((name, &**argument))
    }

    fn is_masked(&self, index: usize) -> bool {
        self.value.as_ref().is_some_and(|value| value.is_masked(index))
    }

    fn instance(&self) -> Option<Cow<'_, str>> {
        match &self.instance {
            Some(instance) => Some((**instance).into()),
            None => self.value.as_ref()?.instance(),
        }
    }

    fn resource(&self) -> Option<Resource<'_>> {
        match &self.resource {
            Some(resource) => Some(resource.to_resource()),
            None => self.value.as_ref()?.resource(),
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments may be secrets, as in a request.
        f.debug_struct("Probe")
            .field("action", &self.action)
            .field("instance", &Carries::instance(self))
            .field("resource", &Carries::resource(self))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Carries::instance(self) {
            Some(instance) => write!(f, "`{}:{instance}`", self.action)?,
            None => write!(f, "`{}`", self.action)?,
        }
        match Carries::resource(self) {
            Some(resource) => write!(f, " on {:?}", resource.id()),
            None => Ok(()),
        }
    }
}
