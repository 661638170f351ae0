//! The snapshot: the bytes of one question, written once, read by everybody.
//!
//! Authority, person, digest, log and the body of an HTTP question all read these bytes, never the
//! live values: what each of them sees is the same by construction. The live values are written down
//! once more after each wait, and compared.
//!
//! ```text
//! {"subject":{"agent":"shopper","on_behalf_of":"alice"},"action":"purchase",
//!  "resource":{"kind":"Vendor","id":"coachella.com"},
//!  "arguments":{"vendor":"coachella.com","cents":74200},"context":{"session":"s-1"}}
//! ```
//!
//! Compact JSON on one line, in this order, so that the log can embed the very text that was hashed.
//! What JSON cannot tell (a tuple from a list, `Some(1)` from `1`) stands in a table beside it.

use std::{fmt, ops::Range};

use super::{MaskKey, NotShowable, Value, mask::Hidden, pool};
use crate::resource::Resource;

/// Where in the text something is. Texts are shorter than [`MAX_ARGUMENT_BYTES`](super::MAX_ARGUMENT_BYTES).
pub(super) type Span = Range<u32>;

/// What the text does not tell about the value that begins at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// The value of a `Some`.
    Some,
    /// The value of a newtype struct.
    Wrapper,
    /// `()` or a unit struct, where `null` is otherwise a `None`.
    Unit,
    /// One character, and not a text.
    Char,
    /// The name of a variant, and not a text.
    Variant,
    /// The content of a variant, in an object of one key.
    VariantContent,
    /// Bytes, and not a list of numbers.
    Bytes,
    /// A list whose length is part of its type, so that each place means something of its own.
    Tuple,
    /// A map, and not a struct.
    Map,
}

/// One argument, or one fact of the guard's.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) value: Span,
    /// Whether people and logs see a mask in its place.
    pub(super) masked: bool,
}

/// What is written, in buffers that are used again.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: Vec<u8>,
    pub(super) marks: Vec<(u32, Mark)>,
    /// The arguments, then the context.
    pub(super) members: Vec<Member>,
    /// How many of the members are arguments.
    pub(super) arguments: usize,
    /// Kind and id of the resource one behind the other, without the escapes that they have in the
    /// text; and how long the kind is.
    pub(super) resource: String,
    pub(super) resource_kind: Option<Option<usize>>,
    /// The keys of the objects that are open. Empty between two values.
    pub(super) keys: Vec<Span>,
    /// What is compared and not shown.
    pub(super) computed: Vec<u8>,
    /// A `null` in an argument or a fact.
    pub(super) has_null: bool,
    /// A whole number beyond 2^53 in an argument or a fact.
    pub(super) has_wide_number: bool,
}

/// How much of a page is shown, and what is known of that.
pub(super) struct Shown {
    text: usize,
    marks: usize,
    has_null: bool,
    has_wide_number: bool,
}

impl Page {
    /// The memory it holds, in bytes.
    pub(super) fn capacity(&self) -> usize {
        fn of<T>(buffer: &Vec<T>) -> usize {
            buffer.capacity().saturating_mul(size_of::<T>())
        }
        [
            of(&self.text),
            of(&self.marks),
            of(&self.members),
            of(&self.keys),
            of(&self.computed),
            self.resource.capacity(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }

    pub(super) fn shown(&self) -> Shown {
        Shown {
            text: self.text.len(),
            marks: self.marks.len(),
            has_null: self.has_null,
            has_wide_number: self.has_wide_number,
        }
    }

    /// Takes whatever was written since among what is compared and not shown: text and marks, so that
    /// no mark of it is left for a value that is shown at the same place.
    pub(super) fn set_aside(&mut self, shown: &Shown) {
        self.computed.extend(self.text.drain(shown.text..));
        // JSON text has no line feed, and each mark takes five bytes: no two lists are written alike.
        self.computed.push(b'\n');
        let marks = self.marks.drain(shown.marks..);
        self.computed.extend((marks.len() as u64).to_be_bytes());
        let start = u32::try_from(shown.text).unwrap_or(u32::MAX);
        for (at, mark) in marks {
            self.computed.extend(at.saturating_sub(start).to_be_bytes());
            self.computed.push(mark as u8);
        }
        self.has_null = shown.has_null;
        self.has_wide_number = shown.has_wide_number;
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.marks.clear();
        self.members.clear();
        self.keys.clear();
        self.computed.clear();
        self.arguments = 0;
        self.resource.clear();
        self.resource_kind = None;
        self.has_null = false;
        self.has_wide_number = false;
    }
}

/// One question, as everybody reads it.
pub(crate) struct Snapshot(Option<Box<Page>>);

impl Snapshot {
    pub(super) fn of(page: Box<Page>) -> Self {
        Self(Some(page))
    }

    fn page(&self) -> Option<&Page> {
        // There from the beginning to the drop.
        self.0.as_deref()
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &[u8] {
        self.page().map_or(&[], |page| &page.text)
    }

    /// The arguments, in order.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        self.members(|page| 0..page.arguments)
    }

    /// What the guard added, in order.
    pub(crate) fn context(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        self.members(|page| page.arguments..page.members.len())
    }

    fn members(
        &self,
        which: impl Fn(&Page) -> Range<usize>,
    ) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        self.page().into_iter().flat_map(move |page| {
            let members = page.members.get(which(page)).unwrap_or_default();
            members.iter().map(|Member { name, value, masked }| {
                (*name, Value::of(&page.text, &page.marks, value.clone(), *masked))
            })
        })
    }

    /// The thing acted on.
    pub(crate) fn resource(&self) -> Option<Resource<'_>> {
        let page = self.page()?;
        Some(match page.resource_kind? {
            Some(length) => {
                let (kind, id) = page.resource.split_at_checked(length)?;
                Resource::new(kind, id)
            }
            None => Resource::id_only(page.resource.as_str()),
        })
    }

    /// Whether some argument or fact is `null`, or has one in it.
    #[cfg(feature = "http")]
    pub(crate) fn has_null(&self) -> bool {
        self.page().is_none_or(|page| page.has_null)
    }

    /// Whether some argument or fact has a whole number that JSON readers may round.
    #[cfg(feature = "http")]
    pub(crate) fn has_wide_number(&self) -> bool {
        self.page().is_none_or(|page| page.has_wide_number)
    }

    /// Whether some argument is masked.
    pub(crate) fn has_masked(&self) -> bool {
        self.page().is_some_and(|page| page.members.iter().any(|member| member.masked))
    }

    /// The same question for people and logs: a mask in the place of each masked value. What is only
    /// compared is left out, for it may be what a masked value was computed from.
    ///
    /// # Denies
    /// A question that grows beyond what a text can number.
    pub(crate) fn masked(&self, key: &MaskKey) -> Result<Self, NotShowable> {
        let mut to = pool::take();
        let Some(from) = self.page() else { return Ok(Self(Some(to))) };
        let mut at = 0;
        for Member { name, value, masked } in &from.members {
            copied(from, &mut to, at..value.start);
            let start = to.text.len();
            if *masked {
                to.text.extend(key.mask(piece(from, value)).bytes());
            } else {
                copied(from, &mut to, value.clone());
            }
            let value_of_copy = offset(start)?..offset(to.text.len())?;
            to.members.push(Member { name, value: value_of_copy, masked: *masked });
            at = value.end;
        }
        copied(from, &mut to, at..offset(from.text.len())?);
        to.arguments = from.arguments;
        to.resource.push_str(&from.resource);
        to.resource_kind = from.resource_kind;
        to.has_null = from.has_null;
        to.has_wide_number = from.has_wide_number;
        Ok(Self(Some(to)))
    }

    /// The same question with another beginning: `head` in the place of the first `begun` bytes. For
    /// asking only, so what is compared and not shown is left out.
    ///
    /// # Denies
    /// As [`masked`](Self::masked).
    pub(crate) fn headed(&self, begun: usize, head: &[u8]) -> Result<Self, NotShowable> {
        let mut to = pool::take();
        let Some(from) = self.page() else { return Ok(Self(Some(to))) };
        let (begun, behind) = (offset(begun)?, offset(head.len())?);
        to.text.extend_from_slice(head);
        copied(from, &mut to, begun..offset(from.text.len())?);
        let moved = |at: u32| at.checked_sub(begun).and_then(|at| at.checked_add(behind));
        for Member { name, value, masked } in &from.members {
            let (Some(start), Some(end)) = (moved(value.start), moved(value.end)) else {
                // FAIL CLOSED: a value that lies elsewhere is not the one that was shown.
                return Err(NotShowable::new("the question cannot be put for whoever delegated"));
            };
            to.members.push(Member { name, value: start..end, masked: *masked });
        }
        to.arguments = from.arguments;
        to.resource.push_str(&from.resource);
        to.resource_kind = from.resource_kind;
        to.has_null = from.has_null;
        to.has_wide_number = from.has_wide_number;
        Ok(Self(Some(to)))
    }

    /// Takes what a masked value holds out of a text that somebody made who was shown it.
    pub(crate) fn without_masked(&self, text: &str) -> Option<String> {
        let mut hidden = Hidden::default();
        let masked = self.page().into_iter().flat_map(|page| {
            let members = page.members.iter().filter(|member| member.masked);
            members.filter_map(|member| serde_json::from_slice(piece(page, &member.value)).ok())
        });
        masked.for_each(|value: serde_json::Value| hidden.add(&value));
        hidden.taken_out_of(text)
    }

    /// Whether both tell the same, to the last byte and mark.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self.page(), other.page()) {
            (Some(one), Some(other)) => {
                one.text == other.text && one.marks == other.marks && one.computed == other.computed
            }
            // FAIL CLOSED: what is not there is not the same.
            _ => false,
        }
    }

    /// The name of the first argument or fact that is another one in `other`. `None` where the
    /// difference is elsewhere, as in the resource.
    pub(crate) fn first_difference<'s>(&'s self, other: &'s Self) -> Option<&'static str> {
        let mut theirs = other.arguments().chain(other.context());
        self.arguments()
            .chain(self.context())
            .find(|(name, value)| {
                theirs.next().is_none_or(|(other, theirs)| other != *name || theirs != *value)
            })
            .map(|(name, _)| name)
    }
}

fn piece<'p>(page: &'p Page, span: &Span) -> &'p [u8] {
    page.text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Copies a piece of a page behind what another one has, with what the text does not tell.
fn copied(from: &Page, to: &mut Page, span: Span) {
    let behind = to.text.len();
    let first = from.marks.partition_point(|(at, _)| *at < span.start);
    let marks = from.marks.get(first..).unwrap_or_default().iter();
    let within = marks.take_while(|(at, _)| *at < span.end);
    to.marks.extend(within.filter_map(|(at, mark)| {
        let moved = behind + (*at - span.start) as usize;
        Some((u32::try_from(moved).ok()?, *mark))
    }));
    to.text.extend_from_slice(piece(from, &span));
}

fn offset(at: usize) -> Result<u32, NotShowable> {
    // FAIL CLOSED: what cannot be numbered cannot be read back.
    u32::try_from(at).map_err(|_| NotShowable::too_large("the question is too long to be masked"))
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Some(page) = self.0.take() {
            pool::give_back(page);
        }
    }
}

/// Arguments may be secrets to whoever prints a question.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} bytes)", self.text().len())
    }
}
