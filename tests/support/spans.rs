//! A subscriber that keeps every span and event whole, and can be made to fail in each of its callbacks.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Where a subscriber runs its own code.
#[allow(clippy::exhaustive_enums, reason = "tests name each of them")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback {
    New(&'static str),
    Record,
    Enter,
    Exit,
    Close,
    Event,
}

/// A span as it was when it was looked at.
#[derive(Debug, Clone, Default)]
pub struct Span {
    pub name: &'static str,
    pub parent: Option<u64>,
    pub fields: BTreeMap<&'static str, String>,
    /// How often it was entered, less how often it was left.
    pub depth: i32,
    pub is_closed: bool,
}

/// Spans by their numbers, and events, in the order of their coming.
#[derive(Clone)]
pub struct Spans {
    seen: Arc<Mutex<Seen>>,
    handles: Arc<AtomicU64>,
    on: Arc<dyn Fn(Callback) + Send + Sync>,
}

#[derive(Default)]
struct Seen {
    spans: BTreeMap<u64, Span>,
    references: BTreeMap<u64, i64>,
    entered: Vec<u64>,
    /// With the span that each is in.
    events: Vec<(Option<u64>, BTreeMap<&'static str, String>)>,
}

impl Default for Spans {
    fn default() -> Self {
        Self::that(|_| ())
    }
}

impl Spans {
    /// Calls `on` in each callback, before anything else.
    pub fn that(on: impl Fn(Callback) + Send + Sync + 'static) -> Self {
        Self { seen: Arc::default(), handles: Arc::default(), on: Arc::new(on) }
    }

    /// Those of the library, in the order in which they began.
    pub fn own(&self) -> Vec<(u64, Span)> {
        let seen = self.seen.lock().unwrap();
        let own = seen.spans.iter().filter(|(_, span)| span.name.starts_with("failclosed."));
        own.map(|(id, span)| (*id, span.clone())).collect()
    }

    /// The one span of this name.
    pub fn one(&self, name: &str) -> Span {
        let mut own = self.own();
        own.retain(|(_, span)| span.name == name);
        assert_eq!(own.len(), 1, "spans called `{name}`: {own:#?}");
        own.remove(0).1
    }

    /// The fields of every event, each with the span that it is in.
    pub fn events(&self) -> Vec<(Option<u64>, BTreeMap<&'static str, String>)> {
        self.seen.lock().unwrap().events.clone()
    }

    /// All that any of them says.
    pub fn text(&self) -> String {
        let seen = self.seen.lock().unwrap();
        format!("{:?} {:?}", seen.spans, seen.events)
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("failclosed") || metadata.target() == "test"
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let name = attributes.metadata().name();
        (self.on)(Callback::New(name));
        let id = self.handles.fetch_add(1, Ordering::SeqCst) + 1;
        let mut seen = self.seen.lock().unwrap();
        let mut span = Span { name, parent: seen.entered.last().copied(), ..Span::default() };
        attributes.record(&mut Fields(&mut span.fields));
        seen.spans.insert(id, span);
        seen.references.insert(id, 1);
        span::Id::from_u64(id)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        (self.on)(Callback::Record);
        let mut seen = self.seen.lock().unwrap();
        let span = seen.spans.get_mut(&id.into_u64()).unwrap();
        assert!(!span.is_closed, "recorded on a span that is closed: {span:?}");
        values.record(&mut Fields(&mut span.fields));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        (self.on)(Callback::Event);
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let mut seen = self.seen.lock().unwrap();
        let within = seen.entered.last().copied();
        seen.events.push((within, fields));
    }

    fn enter(&self, id: &span::Id) {
        (self.on)(Callback::Enter);
        let mut seen = self.seen.lock().unwrap();
        seen.entered.push(id.into_u64());
        seen.spans.get_mut(&id.into_u64()).unwrap().depth += 1;
    }

    fn exit(&self, id: &span::Id) {
        (self.on)(Callback::Exit);
        let mut seen = self.seen.lock().unwrap();
        assert_eq!(seen.entered.pop(), Some(id.into_u64()), "another span was left than entered");
        seen.spans.get_mut(&id.into_u64()).unwrap().depth -= 1;
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        *self.seen.lock().unwrap().references.get_mut(&id.into_u64()).unwrap() += 1;
        id.clone()
    }

    fn try_close(&self, id: span::Id) -> bool {
        (self.on)(Callback::Close);
        let mut seen = self.seen.lock().unwrap();
        let left = seen.references.get_mut(&id.into_u64()).unwrap();
        *left -= 1;
        let is_last = *left == 0;
        seen.spans.get_mut(&id.into_u64()).unwrap().is_closed = is_last;
        is_last
    }
}
