//! Writing a question down: the envelope around what the strict serializer writes.

use std::borrow::Cow;

use super::{
    Argument, MAX_ARGUMENT_BYTES, NotShowable, pool,
    snapshot::{Member, Snapshot},
    writer::Writer,
};
use crate::{
    contain::{Panicked, caught, contain},
    name::ActionName,
    resource::{Resource, ToResource},
};

/// As many members as are compared with each other before they are sorted.
const FEW: usize = 16;

/// What an action brings to its question.
pub(crate) trait Carries: Sync {
    /// Its arguments, by position.
    fn argument(&self, index: usize) -> Option<(&'static str, &dyn Argument)>;

    /// Whether people and logs see a mask in its place.
    fn is_masked(&self, index: usize) -> bool;

    /// The thing acted on, if one of its fields names it.
    fn resource(&self) -> Option<Resource<'_>>;

    /// Which one of its kind it is, if a part of the action's name comes at run time.
    fn instance(&self) -> Option<Cow<'_, str>> {
        None
    }
}

/// What a question begins with.
pub(crate) trait Head {
    /// Writes who asks for the action of this name.
    fn write(&self, name: &ActionName, text: &mut Vec<u8>);
}

/// A question that is being written down. What the attribute's expressions give is shown to it, once
/// before anybody is asked and once more after each wait.
pub struct Question<'s> {
    writer: Writer,
    head: &'s dyn Head,
    name: ActionName,
    carried: &'s dyn Carries,
    /// Whether the head is written: then the name is settled.
    is_headed: bool,
    has_resource: bool,
    /// Whether the arguments have begun: then the resource is settled.
    in_arguments: bool,
    /// The first fault. What comes after it is not written.
    fault: Option<NotShowable>,
}

impl<'s> Question<'s> {
    /// Writes a whole question about an action of this kind, and says by which name it is asked for.
    ///
    /// # Denies
    /// An argument that fails to serialize, holds a float that is not finite, a map key that is not
    /// text, one name twice or a number of more than 64 bits, panics, is nested too deep, or makes the
    /// question larger than [`MAX_ARGUMENT_BYTES`].
    pub(crate) fn write<'c>(
        kind: &'static str,
        head: &'s dyn Head,
        carried: &'s dyn Carries,
        show: &(dyn Fn(&mut Question<'_>) + Sync),
        context: impl Iterator<Item = (&'static str, &'c dyn Argument)>,
    ) -> (ActionName, Result<Snapshot, NotShowable>) {
        let mut question = Question {
            writer: Writer::new(pool::take(), MAX_ARGUMENT_BYTES),
            head,
            name: ActionName::of(kind),
            carried,
            is_headed: false,
            has_resource: false,
            in_arguments: false,
            fault: None,
        };
        // How a value is computed and serialized is its author's code, which may panic.
        let shown = contain(|| {
            show(&mut question);
            question.begin_arguments();
            question.begin_context();
            context.for_each(|(name, value)| question.member(name, value, false));
        });
        if let Err(Panicked(text)) = shown {
            question.fault(NotShowable::new(format_args!("panicked while it was shown: {text}")));
        }
        question.finish()
    }

    /// Which one of its kind the action is, where the executor names it. Before all else.
    pub fn instance(&mut self, instance: &(impl AsRef<str> + ?Sized)) {
        if self.is_headed || self.name.instance().is_some() || self.carried.instance().is_some() {
            // FAIL CLOSED: of two names an authority would be asked about either.
            self.fault(NotShowable::new("the instance of the action is named twice"));
            return;
        }
        self.is_named(instance.as_ref());
    }

    /// The thing acted on, where the executor names it. Before the arguments.
    pub fn resource<R: ToResource + ?Sized>(&mut self, resource: &R) {
        if self.in_arguments || self.has_resource {
            // FAIL CLOSED: of two resources an authority would be asked about either.
            self.fault(NotShowable::new("the resource is named twice"));
            return;
        }
        self.write_resource(&resource.to_resource());
    }

    /// One argument under its name.
    pub fn argument(&mut self, name: &'static str, value: &dyn Argument) {
        self.begin_arguments();
        self.member(name, value, false);
    }

    /// One argument that people and logs see a mask of.
    pub fn masked(&mut self, name: &'static str, value: &dyn Argument) {
        self.begin_arguments();
        self.member(name, value, true);
    }

    /// What an expression gives that is not shown by itself, because the action it became a part of
    /// is: compared after each wait like everything else.
    pub fn computed(&mut self, value: &dyn Argument) {
        if self.fault.is_some() {
            return;
        }
        let shown_so_far = self.writer.page.shown();
        let shown = caught(|| value.show(self)).unwrap_or_else(|Panicked(text)| {
            Err(NotShowable::new(format_args!("panicked while it was computed: {text}")))
        });
        self.check(shown.and_then(|()| self.writer.closed()));
        self.writer.page.set_aside(&shown_so_far);
    }

    pub(super) fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    fn is_named(&mut self, instance: &str) {
        match ActionName::of_instance(self.name.kind(), instance) {
            Ok(name) => self.name = name,
            Err(fault) => {
                self.fault(NotShowable::new(format_args!("the instance of the action {fault}")))
            }
        }
    }

    fn write_head(&mut self) {
        if self.is_headed {
            return;
        }
        let carried = self.carried;
        if let Some(instance) = carried.instance() {
            self.is_named(&instance);
        }
        self.is_headed = true;
        self.head.write(&self.name, &mut self.writer.page.text);
    }

    fn write_resource(&mut self, resource: &Resource<'_>) {
        self.write_head();
        self.has_resource = true;
        let (kind, id) = (resource.kind(), resource.id());
        self.writer.raw(b",\"resource\":{\"kind\":");
        let written = match kind {
            Some(kind) => self.writer.text(kind),
            None => {
                self.writer.raw(b"null");
                Ok(())
            }
        };
        self.writer.raw(b",\"id\":");
        let written = written.and_then(|()| self.writer.text(id));
        self.writer.raw(b"}");
        let page = &mut self.writer.page;
        page.resource.push_str(kind.unwrap_or_default());
        page.resource.push_str(id);
        page.resource_kind = Some(kind.map(str::len));
        self.check(written.map_err(|fault| {
            let told = format!("the resource: {fault}");
            fault.told(told)
        }));
    }

    fn begin_arguments(&mut self) {
        if self.in_arguments {
            return;
        }
        self.write_head();
        self.in_arguments = true;
        let carried = self.carried;
        if !self.has_resource {
            match carried.resource() {
                Some(resource) => self.write_resource(&resource),
                None => self.writer.raw(b",\"resource\":null"),
            }
        }
        self.writer.raw(b",\"arguments\":{");
        let numbered = |index| Some((index, carried.argument(index)?));
        for (index, (name, value)) in (0..).map_while(numbered) {
            self.member(name, value, carried.is_masked(index));
            if self.fault.is_some() {
                // An action that never says `None` ends where it is too large.
                return;
            }
        }
    }

    fn begin_context(&mut self) {
        self.writer.page.arguments = self.writer.page.members.len();
        let distinct = self.distinct();
        self.check(distinct);
        self.writer.raw(b"},\"context\":{");
    }

    fn member(&mut self, name: &'static str, value: &dyn Argument, masked: bool) {
        if self.fault.is_some() {
            return;
        }
        let refused = |fault: NotShowable| match masked {
            false => {
                let told = format!("argument `{name}`: {fault}");
                fault.told(told)
            }
            // What a type says about its own fault may quote the value.
            true => fault.told(format_args!("argument `{name}` is masked, and has a fault")),
        };
        if self.writer.page.text.last() != Some(&b'{') {
            self.writer.raw(b",");
        }
        let named = self.writer.text(name);
        self.writer.raw(b":");
        let start = self.writer.at();
        let shown = named.and_then(|()| {
            caught(|| value.show(self)).unwrap_or_else(|Panicked(text)| {
                Err(NotShowable::new(format_args!("panicked while it was shown: {text}")))
            })?;
            self.writer.closed()
        });
        self.check(shown.map_err(refused));
        let value = start..self.writer.at();
        self.writer.page.members.push(Member { name, value, masked });
    }

    fn distinct(&self) -> Result<(), NotShowable> {
        let members = &self.writer.page.members;
        let twice = if members.len() <= FEW {
            members
                .iter()
                .enumerate()
                .find(|(index, one)| {
                    members.iter().take(*index).any(|other| other.name == one.name)
                })
                .map(|(_, member)| member.name)
        } else {
            let mut names: Vec<_> = members.iter().map(|member| member.name).collect();
            names.sort_unstable();
            names
                .windows(2)
                .find(|pair| pair.first() == pair.last())
                .and_then(|pair| pair.first().copied())
        };
        match twice {
            None => Ok(()),
            // FAIL CLOSED: of two arguments with one name an authority may see either.
            Some(name) => Err(NotShowable::new(format_args!("argument `{name}` is given twice"))),
        }
    }

    fn check(&mut self, written: Result<(), NotShowable>) {
        if let Err(fault) = written {
            self.fault(fault);
        }
    }

    fn fault(&mut self, fault: NotShowable) {
        self.fault.get_or_insert(fault);
    }

    fn finish(mut self) -> (ActionName, Result<Snapshot, NotShowable>) {
        self.writer.raw(b"}}");
        let fits = self.writer.fits(0);
        self.check(fits);
        let snapshot = Snapshot::of(self.writer.page);
        let written = match self.fault {
            None => Ok(snapshot),
            // FAIL CLOSED: a question with a hole in it is none.
            Some(fault) => Err(fault),
        };
        (self.name, written)
    }
}

impl std::fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Question(..)")
    }
}

/// What an action carries, where it is given by its name alone: nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nothing;

impl Carries for Nothing {
    fn argument(&self, _: usize) -> Option<(&'static str, &dyn Argument)> {
        None
    }

    fn is_masked(&self, _: usize) -> bool {
        false
    }

    fn resource(&self) -> Option<Resource<'_>> {
        None
    }
}
