//! What is permitted, by name and by type.

use std::{borrow::Cow, marker::PhantomData};

use crate::{
    argument::{Argument, Arguments, Carries},
    resource::Resource,
};

/// A kind of thing an executor does, as a type: what a [`Permit`](crate::Permit) is for and what a
/// [`Locked`](crate::Locked) value opens to.
///
/// Write `#[derive(Action)] #[action(name = "purchase")]` on a struct. Its fields are the arguments
/// that the authority is shown; a unit struct carries none and takes them from the function that
/// `#[requires_permission]` stands on.
///
/// ```
/// # use failclosed_runtime as failclosed; // the facade's name
/// # struct Purchase { vendor: String, amount: u64 }
/// # impl failclosed::Arguments for Purchase {
/// #     fn argument(&self, _: usize) -> Option<failclosed::NamedArgument<'_>> { None }
/// # }
/// # impl failclosed::Action for Purchase {
/// #     const NAME: &'static str = "purchase";
/// #     type Key = Self;
/// # }
/// let action = Purchase { vendor: "coachella.com".into(), amount: 742 };
/// ```
///
/// # Writing it by hand
/// It gains nothing: what the authority is asked for is always `<Self::Key as Action>::NAME`, so a
/// type that borrows another action's key asks for that action.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an action",
    label = "expected a type with `#[derive(Action)]`",
    note = "help: write `#[derive(failclosed::Action)] #[action(name = \"..\")]` on a struct"
)]
pub trait Action: Arguments {
    /// The name that authorities and policies know it by.
    const NAME: &'static str;

    /// The same action without borrowed fields: what locks and permits are compared by. `Self`,
    /// except for a struct with lifetimes, where it is the struct with `'static` in their place.
    type Key: Action<Key = Self::Key> + 'static;

    /// The thing acted on, if one of the fields names it.
    fn resource(&self) -> Option<Resource<'_>> {
        None
    }

    /// Which one of its kind it is, for actions whose names come at run time, such as the tools of a
    /// server: `#[action(name = "tool", instance = name)]`. It is asked for as `tool:git.push`, which is
    /// its name to authorities, policies, people and logs; permits and locks know the kind.
    fn instance(&self) -> Option<Cow<'_, str>> {
        None
    }
}

/// What an action brings to its question.
impl<A: Action> Carries for A {
    fn argument(&self, index: usize) -> Option<(&'static str, &dyn Argument)> {
        Arguments::argument(self, index)
    }

    fn is_masked(&self, index: usize) -> bool {
        Arguments::is_masked(self, index)
    }

    fn resource(&self) -> Option<Resource<'_>> {
        Action::resource(self)
    }

    fn instance(&self) -> Option<Cow<'_, str>> {
        Action::instance(self)
    }
}

/// The name an action is asked for by. One place, so that nobody reads `A::NAME` instead.
pub(crate) const fn name<A: Action>() -> &'static str {
    <A::Key as Action>::NAME
}

/// Makes a type hold for exactly this action, and not for a supertype of it.
///
/// `Kind<for<'a> fn(&'a u8)>` is a subtype of `Kind<fn(&'static u8)>`, and both may be actions, with
/// two keys. A proof that could be widened from the one to the other would be asked for as the first
/// and open what the second opens.
pub(crate) type Exactly<A> = PhantomData<fn(&A) -> &A>;
