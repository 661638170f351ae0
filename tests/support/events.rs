//! The `tracing` events of the runtime: the record that exists where no log is configured.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, LazyLock, Mutex},
};

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Keeps the runtime's events as text, one each, for one thread.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    /// Everything that was logged while `work` ran on this thread.
    pub fn during<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
        // Where there is but one subscriber, `tracing` asks only the thread that comes by first whether an
        // event is wanted; and that may be another test's, where nobody listens.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Events::default()));
        LazyLock::force(&ANOTHER);
        let events = Self::default();
        let value = tracing::subscriber::with_default(events.clone(), work);
        let seen = events.0.lock().unwrap().clone();
        (value, seen)
    }
}

impl Events {
    /// What was logged so far.
    pub fn seen(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "failclosed"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                write!(self.0, " {field}={value:?}").unwrap();
            }
        }
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
