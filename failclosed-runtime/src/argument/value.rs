//! Reading a snapshot: one value of it, as a view of its text.

use std::fmt;

use serde::{
    Deserialize, Serialize, de,
    ser::{self, SerializeMap, SerializeSeq},
};

use super::{
    snapshot::{Mark, Span},
    text::{end_of_text, end_of_value},
};

/// An argument as everybody is shown it: a piece of the question's JSON text.
///
/// [`read`](Self::read) makes a value of it, [`json`](Self::json) is the text itself, and it is
/// `Serialize`.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// The whole text that it is a piece of.
    text: &'a [u8],
    marks: &'a [(u32, Mark)],
    start: usize,
    end: usize,
    /// Whether people and logs see a mask in its place: then no error may quote it.
    masked: bool,
}

/// What a value is.
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// As its digits.
    Number(&'a str),
    Text(Value<'a>),
    Bytes(Items<'a>),
    List(Items<'a>),
    /// A list in which each place means something of its own.
    Tuple(Items<'a>),
    /// Keys, as their JSON text, and values.
    Map(Items<'a>),
}

impl<'a> Value<'a> {
    pub(super) fn of(text: &'a [u8], marks: &'a [(u32, Mark)], span: Span, masked: bool) -> Self {
        Self { text, marks, start: span.start as usize, end: span.end as usize, masked }
    }

    /// Whether people and logs see a mask in its place.
    pub fn is_masked(&self) -> bool {
        self.masked
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// Its JSON text: compact, on one line.
    pub fn json(&self) -> &'a str {
        // It was written as text, and is cut where values end.
        str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// The text that it is, where that stands there as it is. `None` where it has escapes, or is no text.
    #[cfg(feature = "cedar")]
    pub(crate) fn plain_text(&self) -> Option<&'a str> {
        let text = self.json().strip_prefix('"')?.strip_suffix('"')?;
        (!text.contains('\\')).then_some(text)
    }

    /// Makes a value of it.
    ///
    /// # Errors
    /// It is of another type. With `?` in an authority that is no decision: *malformed*.
    pub fn read<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.bytes()).map_err(|error| match self.masked {
            true => de::Error::custom("a masked value of another type"),
            false => error,
        })
    }

    fn marks(&self) -> impl Iterator<Item = Mark> {
        let from = self.marks.partition_point(|(at, _)| (*at as usize) < self.start);
        let own = self.marks.get(from..).unwrap_or_default().iter();
        own.take_while(|(at, _)| *at as usize == self.start).map(|(_, mark)| *mark)
    }

    fn is(&self, mark: Mark) -> bool {
        self.marks().any(|own| own == mark)
    }

    pub(crate) fn node(&self) -> Node<'a> {
        match self.bytes().first() {
            Some(b'"') => Node::Text(*self),
            Some(b'{') => Node::Map(self.items()),
            Some(b'[') if self.is(Mark::Bytes) => Node::Bytes(self.items()),
            Some(b'[') if self.is(Mark::Tuple) => Node::Tuple(self.items()),
            Some(b'[') => Node::List(self.items()),
            Some(b't') => Node::Bool(true),
            Some(b'f') => Node::Bool(false),
            Some(b'-' | b'0'..=b'9') => Node::Number(self.json()),
            // FAIL CLOSED: nothing else is written, and nothing is what a policy refuses.
            _ => Node::Null,
        }
    }

    fn items(&self) -> Items<'a> {
        Items { of: *self, at: self.start + 1 }
    }
}

/// Equal to the last byte, and told alike.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        let within = |value: &Self| {
            let in_it = |at: u32| value.start <= at as usize && (at as usize) < value.end;
            let own = value.marks.iter().filter(move |(at, _)| in_it(*at));
            own.map(|(at, mark)| (*at as usize - value.start, *mark)).collect::<Vec<_>>()
        };
        self.bytes() == other.bytes() && within(self) == within(other)
    }
}

/// The elements of a list, or the keys and values of an object.
#[derive(Clone, Copy)]
pub(crate) struct Items<'a> {
    of: Value<'a>,
    at: usize,
}

impl<'a> Items<'a> {
    fn piece(&mut self, end: usize) -> Value<'a> {
        let piece = Value { start: self.at, end, ..self.of };
        // Past the separator.
        self.at = end + 1;
        piece
    }

    fn is_over(&self) -> bool {
        let is_empty =
            self.at == self.of.start + 1 && matches!(self.of.text.get(self.at), Some(b']' | b'}'));
        is_empty || self.at >= self.of.end
    }

    /// The next element.
    pub(crate) fn element(&mut self) -> Option<Value<'a>> {
        if self.is_over() {
            return None;
        }
        let end = end_of_value(self.of.text, self.at);
        Some(self.piece(end))
    }

    /// The next key and its value.
    pub(crate) fn entry(&mut self) -> Option<(Value<'a>, Value<'a>)> {
        if self.is_over() {
            return None;
        }
        let end = end_of_text(self.of.text, self.at);
        let key = self.piece(end);
        Some((key, self.element()?))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |value: &Value<'_>| value.read::<String>().map_err(ser::Error::custom);
        match self.node() {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(value),
            Node::Number(digits) => {
                if let Ok(value) = digits.parse() {
                    serializer.serialize_u64(value)
                } else if let Ok(value) = digits.parse() {
                    serializer.serialize_i64(value)
                } else {
                    serializer.serialize_f64(digits.parse().map_err(ser::Error::custom)?)
                }
            }
            Node::Text(value) => serializer.serialize_str(&text(&value)?),
            Node::Bytes(mut items) | Node::List(mut items) | Node::Tuple(mut items) => {
                let mut list = serializer.serialize_seq(None)?;
                while let Some(element) = items.element() {
                    list.serialize_element(&element)?;
                }
                list.end()
            }
            Node::Map(mut items) => {
                let mut map = serializer.serialize_map(None)?;
                while let Some((key, value)) = items.entry() {
                    map.serialize_entry(&text(&key)?, &value)?;
                }
                map.end()
            }
        }
    }
}

/// Arguments may be secrets to whoever prints a request.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}
