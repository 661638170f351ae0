//! Questions that must be answered with no.

use std::fmt;

use crate::{
    action::{self, Action},
    argument::{Argument, Carries},
    resource::{Resource, ToResource},
};

/// A thing that nobody may do, in the shape in which it would be asked for. See
/// [`GuardBuilder::probe`](crate::GuardBuilder::probe).
///
/// A value of an [`Action`] is one, with its arguments. For an executor that has only a name, it is
/// spelled out, and names that come at run time are resources like any other:
///
/// ```
/// use failclosed_runtime::Probe;
///
/// let wipe = Probe::new("call_tool").resource(&("Tool", "disk.wipe")).argument("force", true);
/// ```
pub struct Probe {
    action: &'static str,
    value: Option<Box<dyn Carries + Send>>,
    resource: Option<Resource<'static>>,
    arguments: Vec<(&'static str, Box<dyn Argument + Send>)>,
}

impl Probe {
    /// An action by its name.
    pub fn new(action: &'static str) -> Self {
        Self { action, value: None, resource: None, arguments: Vec::new() }
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
            .field("resource", &Carries::resource(self))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.action)?;
        match Carries::resource(self) {
            Some(resource) => write!(f, " on {:?}", resource.id()),
            None => Ok(()),
        }
    }
}
