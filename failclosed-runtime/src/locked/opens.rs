//! Which permits open which lock.

use crate::action::Action;

/// What one action may see of a value that is locked for several.
///
/// ```
/// # use failclosed_runtime as failclosed; // the facade's name
/// # use failclosed_runtime::{Action, Arguments, NamedArgument};
/// # macro_rules! action { ($($name:ident)*) => {$(
/// #     struct $name;
/// #     impl Arguments for $name { fn argument(&self, _: usize) -> Option<NamedArgument<'_>> { None } }
/// #     impl Action for $name { const NAME: &'static str = stringify!($name); type Key = Self; }
/// # )*} }
/// # action!(Read Delete);
/// use failclosed::{Locked, Permit, View};
///
/// struct Files;
///
/// struct Reader<'p>(&'p Files);
///
/// impl Reader<'_> {
///     fn read(&self, _path: &str) -> String {
///         String::new()
///     }
/// }
///
/// impl View<Read> for Files {
///     type Seen<'p> = Reader<'p>;
///     fn view(&self) -> Reader<'_> {
///         Reader(self)
///     }
/// }
///
/// fn look(files: &Locked<Files, (Read, Delete)>, permit: &Permit<'_, Read>) -> String {
///     files.view(permit).read("notes.txt")
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no view for `{A}`",
    label = "a permit for `{A}` sees nothing of it",
    note = "help: write `impl View<{A}> for {Self}`, or open the whole value with `open(&permit)`"
)]
pub trait View<A> {
    /// What is seen: a type with the methods that the action needs and no others.
    type Seen<'p>
    where
        Self: 'p;

    /// Makes it.
    fn view(&self) -> Self::Seen<'_>;
}

/// What a lock may be for: an action, or up to eight of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an action",
    label = "expected a type with `#[derive(Action)]`, or a tuple of such types",
    note = "help: write `#[derive(failclosed::Action)] #[action(name = \"..\")]` on a struct"
)]
pub trait Opens {}

/// That a permit for the action with key `K` opens the lock. `At` says where it stands among the lock's
/// actions, and is inferred. No other crate can name this trait, so none can add to a lock's actions.
#[diagnostic::on_unimplemented(
    message = "a permit for `{K}` does not open a lock for `{Self}`",
    label = "this permit is for `{K}`",
    note = "help: take a permit for one of its actions, or add `{K}` to them"
)]
pub trait OpenedBy<K, At> {}

/// The place of the only action of a lock.
#[derive(Debug)]
pub struct Only;

/// The place of one of several actions.
#[derive(Debug)]
pub struct Place<const N: usize>;

impl<A: Action + 'static> Opens for A {}

impl<A: Action + 'static, K: IsKeyOf<A::Key>> OpenedBy<K, Only> for A {}

/// That two keys are one. A trait, so that the compiler can say what it means when they are not.
#[diagnostic::on_unimplemented(
    message = "a permit for `{Self}` does not open a lock for `{Key}`",
    label = "this permit is for `{Self}`",
    note = "help: open it where that permit is lent, in a function with `action = {Key}` and `#[permit] permit: \
            Permit<'_, {Key}>`; or lock the value for both: `Locked<_, ({Key}, {Self})>`"
)]
pub trait IsKeyOf<Key> {}

impl<Key> IsKeyOf<Key> for Key {}

macro_rules! several {
    ($($all:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$($all: Action + 'static),+> Opens for ($($all,)+) {}
        several!(@each [$($all)+] [0 1 2 3 4 5 6 7] $($all)+);
    };
    (@each $all:tt [$at:literal $($later:literal)*] $one:ident $($rest:ident)*) => {
        several!(@one $all $at $one);
        several!(@each $all [$($later)*] $($rest)*);
    };
    (@each $all:tt [$($later:literal)*]) => {};
    (@one [$($all:ident)+] $at:literal $one:ident) => {
        #[diagnostic::do_not_recommend]
        impl<$($all: Action + 'static),+> OpenedBy<$one::Key, Place<$at>> for ($($all,)+) {}
    };
}

several!(A B);
several!(A B C);
several!(A B C D);
several!(A B C D E);
several!(A B C D E F);
several!(A B C D E F G);
several!(A B C D E F G H);
