//! What an authority is asked: who, what, on what, with which arguments.

use std::{
    any::type_name,
    fmt,
    panic::Location,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use serde::{
    Deserialize, Serialize,
    ser::{SerializeMap, Serializer},
};
use sha2::{Digest as _, Sha256};

use crate::{
    argument::{
        self, Argument, Carries, MAX_ARGUMENT_BYTES, MAX_ARGUMENT_DEPTH, MaskKey, NotShowable,
        Question, Snapshot, Value,
    },
    decision::NoDecision,
    id::CallId,
    name::ActionName,
    resource::Resource,
    subject::Subject,
};

mod notes;

pub(crate) use notes::{Note, Notes};

/// The action that the self check asks for and that no policy may allow.
pub(crate) const CANARY: &str = "failclosed:canary";

/// One question to an authority: a snapshot, written down before anybody is asked. Whoever reads it
/// (authority, person, log, digest) reads the same bytes.
pub struct Request<'a> {
    id: CallId,
    subject: &'a Subject,
    /// How many steps of delegation above the call's own subject this one stands; 0 is the call itself.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "ids of questions are remote"))]
    above: usize,
    action: ActionName,
    snapshot: Result<Snapshot, NotShowable>,
    /// Computed for whoever asks first.
    digest: OnceLock<Digest>,
    /// The same question with its masked arguments masked, where it has some.
    masked: Option<Box<Request<'a>>>,
    /// Of the self check whose question this is.
    notes: Option<&'a Notes>,
    origin: Origin,
    /// How long the approver took.
    approver_took: OnceLock<Duration>,
}

/// Where in the program a question comes from, and since when it is asked. For the log; nobody who
/// decides is shown it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// `None` where it is not a guarded function's.
    pub(crate) site: Option<&'static Location<'static>>,
    /// The name of a closure in the function that stands there.
    pub(crate) closure: Option<&'static str>,
    pub(crate) began: Instant,
}

impl Origin {
    /// The path of the function: the closure's without what tells closures apart; of a method, that of its
    /// arguments without their lifetimes.
    pub(crate) fn function(&self) -> Option<&'static str> {
        let mut path = self.closure?;
        while let Some(outer) = path.strip_suffix("::{{closure}}") {
            path = outer;
        }
        match path.rsplit_once('<') {
            Some((of_type, _)) if path.ends_with("'_>") => Some(of_type),
            _ => Some(path),
        }
    }
}

/// What an executor shows of itself. Only closures: it is a trait for the name of their type, which tells
/// the function that they stand in.
pub trait Show: Fn(&mut Question<'_>) + Sync {
    /// The name of its type, which ends with `::{{closure}}`.
    fn closure(&self) -> &'static str;
}

impl<F: Fn(&mut Question<'_>) + Sync> Show for F {
    fn closure(&self) -> &'static str {
        type_name::<F>()
    }
}

/// What a guarded method shows of itself. Not a closure, whose other ways to be called would be compiled
/// for each method.
pub(crate) trait ShowMethod: Sync {
    /// Shows it.
    fn show(&self, question: &mut Question<'_>);
}

/// Who shows.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    Executor(&'a dyn Show),
    Method(&'a dyn ShowMethod),
}

/// One fact that the guard adds to each of its requests.
pub(crate) type ContextEntry = (&'static str, Arc<dyn Argument + Send>);

/// Where a question comes from: the live values, which can be written down again.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) subject: &'a Subject,
    /// The name of the action, or of its kind.
    pub(crate) kind: &'static str,
    pub(crate) carried: &'a dyn Carries,
    /// What the attribute's expressions give, computed anew each time.
    pub(crate) show: Shown<'a>,
    pub(crate) context: &'a [ContextEntry],
    /// The guard's own key for masks.
    pub(crate) mask_key: Option<&'a MaskKey>,
    /// Where it is a self check that asks.
    pub(crate) notes: Option<&'a Notes>,
    pub(crate) origin: Origin,
}

impl<'a> Source<'a> {
    /// The question about these values as they are now.
    pub(crate) fn request(&self) -> Request<'a> {
        let (action, snapshot) = self.snapshot();
        let with = |id, snapshot, masked| {
            let Source { subject, notes, origin, .. } = *self;
            Request {
                id,
                subject,
                above: 0,
                action: action.clone(),
                snapshot,
                digest: OnceLock::new(),
                masked,
                notes,
                origin,
                approver_took: OnceLock::new(),
            }
        };
        let id = CallId::next();
        match snapshot {
            Ok(clear) if clear.has_masked() => match self.masked(&clear) {
                Ok(masked) => with(id, Ok(clear), Some(Box::new(with(id, Ok(masked), None)))),
                // FAIL CLOSED: what cannot be masked is not shown to anybody.
                Err(why) => with(id, Err(why), None),
            },
            snapshot => with(id, snapshot, None),
        }
    }

    fn masked(&self, clear: &Snapshot) -> Result<Snapshot, NotShowable> {
        match self.mask_key {
            Some(key) => clear.masked(key),
            None => clear.masked(MaskKey::of_process()?),
        }
    }

    fn snapshot(&self) -> (ActionName, Result<Snapshot, NotShowable>) {
        let context = self.context.iter().map(|(name, value)| (*name, &**value as &dyn Argument));
        let show = |question: &mut Question<'_>| match self.show {
            Shown::Executor(show) => show(question),
            Shown::Method(method) => method.show(question),
        };
        Question::write(self.kind, self.subject, self.carried, &show, context)
    }

    /// Whether the values are still those that were asked about.
    ///
    /// # Denies
    /// Values that cannot be shown any more, or that tell something else than the snapshot.
    pub(crate) fn is_still(&self, request: &Request<'_>) -> Result<(), Changed> {
        let before = request.snapshot.as_ref().map_err(|why| Changed::Unshowable(why.clone()))?;
        let now = self.snapshot().1.map_err(Changed::Unshowable)?;
        if now.is_same(before) {
            return Ok(());
        }
        // FAIL CLOSED: the answer is to a question that is no longer the one asked.
        Err(Changed::Value(before.first_difference(&now)))
    }
}

/// How the values of a question are not what they were.
pub(crate) enum Changed {
    /// One of them is another one: an argument of this name, or the resource.
    Value(Option<&'static str>),
    /// They cannot be written down.
    Unshowable(NotShowable),
}

impl argument::Head for Subject {
    fn write(&self, name: &ActionName, text: &mut Vec<u8>) {
        text.extend_from_slice(self.begins().as_bytes());
        if argument::write_text(text, name.as_str()).is_err() {
            // FAIL CLOSED: it cannot fail; and if it did, a question without its beginning is no JSON.
            text.clear();
        }
    }
}

impl Request<'_> {
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// An approver was asked, and took so long.
    pub(crate) fn set_approver_took(&self, took: Duration) {
        // Asked once: there is no second.
        let _ = self.approver_took.set(took);
    }

    pub(crate) fn approver_took(&self) -> Option<Duration> {
        self.approver_took.get().copied()
    }

    /// The action that the self check asks for and that no policy may allow.
    pub const CANARY: &'static str = CANARY;

    /// How long all arguments of a call may be, in bytes as they are shown. Longer ones are refused.
    pub const MAX_BYTES: usize = MAX_ARGUMENT_BYTES;

    /// How deep an argument may be nested.
    pub const MAX_DEPTH: usize = MAX_ARGUMENT_DEPTH;
}

impl<'a> Request<'a> {
    /// The id of the call this question is about; the audit log carries the same one. It does not tell
    /// two questions apart: a call of a sub-agent is asked about once for each of its chain, and one
    /// that a person approved is asked about again.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// The id that an answer must repeat where it comes from elsewhere: that of the call, and behind it
    /// for whom of a chain it is asked. A yes to a sub-agent's question must not pass for one to its
    /// parent's, which is about the same call.
    #[cfg(feature = "http")]
    pub(crate) fn question_id(&self) -> impl fmt::Display {
        fmt::from_fn(|f| match self.above {
            0 => write!(f, "{}", self.id),
            above => write!(f, "{}.{above}", self.id),
        })
    }

    /// Who acts.
    pub fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// The action's name. Where a part of it comes at run time, it is the whole of it: `tool:git.push`.
    pub fn action(&self) -> &str {
        self.action.as_str()
    }

    /// What kind of action it is, as permits and locks know it: the whole name or, of `tool:git.push`,
    /// the `tool`.
    pub fn kind(&self) -> &'static str {
        self.action.kind()
    }

    /// Which one of its kind it is: of `tool:git.push`, the `git.push`.
    pub fn instance(&self) -> Option<&str> {
        self.action.instance()
    }

    pub(crate) fn name(&self) -> &ActionName {
        &self.action
    }

    /// Whether this is a question of a self check, which nobody may say yes to: the canary, or a
    /// [`Probe`](crate::Probe).
    pub fn is_self_check(&self) -> bool {
        self.notes.is_some() || self.is_canary()
    }

    pub(crate) fn is_canary(&self) -> bool {
        self.action() == CANARY
    }

    /// Where this is a self check, tells it what an answer does not.
    pub(crate) fn note(&self, note: impl FnOnce() -> Note) {
        if let Some(notes) = self.notes {
            notes.add(note());
        }
    }

    /// The thing acted on, where the executor names one.
    pub fn resource(&self) -> Option<Resource<'_>> {
        self.snapshot.as_ref().ok()?.resource()
    }

    /// The arguments, each with its name, in the order the executor declares them.
    pub fn arguments(&self) -> ArgumentList<'_> {
        ArgumentList(self.snapshot.as_ref().ok())
    }

    /// The argument called `name`, as a type of yours:
    ///
    /// ```
    /// use failclosed_runtime::{Decision, authority_fn};
    ///
    /// let limit = authority_fn(async |request| match request.argument::<u64>("cents")? {
    ///     0..=50_000 => Ok(Decision::allow()),
    ///     _ => Ok(Decision::deny("purchases over 500.00 EUR are not allowed")),
    /// });
    /// ```
    ///
    /// # Errors
    /// *Malformed*: there is no such argument, or it is of another type.
    pub fn argument<'s, T: Deserialize<'s>>(&'s self, name: &str) -> Result<T, NoDecision> {
        let value = self.value(name).ok_or_else(|| {
            // FAIL CLOSED: a rule about what is not there decides nothing.
            NoDecision::malformed(format_args!("the call has no argument `{name}`"))
        })?;
        value.read().map_err(|error| {
            NoDecision::malformed(format_args!("argument `{name}` is of another type: {error}"))
        })
    }

    /// The argument called `name`, as it is shown.
    pub fn value(&self, name: &str) -> Option<Value<'_>> {
        self.arguments().iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// What the guard knows beyond the call, each with its name.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, Value<'_>)> {
        self.snapshot.iter().flat_map(Snapshot::context)
    }

    /// The snapshot: one line of JSON with subject, action, resource, arguments and context. The
    /// [`digest`](Self::digest) is over exactly these bytes. Empty where the arguments cannot be shown.
    pub fn question(&self) -> &[u8] {
        self.snapshot.as_ref().map_or(&[], Snapshot::text)
    }

    /// The same call, as somebody asks for it who handed it on. What an authority says to this is no
    /// answer to the call itself: see [`delegated`](crate::authority::delegated).
    ///
    /// # Denies
    /// What cannot be shown.
    pub(crate) fn asked_by<'s>(
        &self,
        subject: &'s Subject,
        above: usize,
    ) -> Result<Request<'s>, NotShowable>
    where
        'a: 's,
    {
        let (mut own, mut theirs) = (Vec::new(), Vec::new());
        argument::Head::write(self.subject, &self.action, &mut own);
        argument::Head::write(subject, &self.action, &mut theirs);
        let of = |request: &Request<'a>, masked| {
            let snapshot = request.shown().map_err(Clone::clone)?.headed(own.len(), &theirs)?;
            Ok(Request {
                id: self.id,
                subject,
                above,
                action: self.action.clone(),
                snapshot: Ok(snapshot),
                digest: OnceLock::new(),
                masked,
                notes: self.notes,
                origin: self.origin,
                approver_took: OnceLock::new(),
            })
        };
        let masked = self.masked.as_deref().map(|masked| of(masked, None)).transpose()?;
        of(self, masked.map(Box::new))
    }

    /// The question as people and logs see it: approvers, presentations, sinks and observers are given
    /// this one, and never the values of masked arguments.
    pub(crate) fn for_people(&self) -> &Request<'a> {
        self.masked.as_deref().unwrap_or(self)
    }

    /// Whether people and logs see a mask in the place of some argument.
    pub(crate) fn has_masked(&self) -> bool {
        self.masked.is_some()
    }

    /// A text without what masked arguments hold, where it has some: an authority that was shown them
    /// may have quoted one, in a reason or in an error.
    pub(crate) fn without_masked(&self, text: &str) -> Option<String> {
        let (Ok(clear), Some(_)) = (&self.snapshot, &self.masked) else { return None };
        clear.without_masked(text)
    }

    /// Whether everything that is asked could be shown whole, each argument under a name of its own.
    pub(crate) fn shown(&self) -> Result<&Snapshot, &NotShowable> {
        self.snapshot.as_ref()
    }

    /// SHA-256 of the [question](Self::question): what an answer can be bound to. That of a question with
    /// masked arguments is over their masks for people and logs, and over the values for authorities:
    /// an unkeyed digest of a short secret on record would give it away.
    ///
    /// # Errors
    /// Arguments that cannot be shown have none.
    pub fn digest(&self) -> Result<Digest, NotShowable> {
        let snapshot = self.snapshot.as_ref().map_err(Clone::clone)?;
        Ok(*self.digest.get_or_init(|| Digest::of(Sha256::new_with_prefix(snapshot.text()))))
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments may be secrets to whoever prints a request; their names are not.
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("subject", self.subject)
            .field("action", &self.action)
            .field("resource", &self.resource())
            .field("arguments", &self.arguments())
            .finish()
    }
}

/// The arguments of a request: iterable, and serializable as one map.
#[derive(Clone, Copy)]
pub struct ArgumentList<'a>(Option<&'a Snapshot>);

impl<'a> ArgumentList<'a> {
    /// Each argument with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Value<'a>)> + use<'a> {
        self.0.into_iter().flat_map(Snapshot::arguments)
    }
}

impl Serialize for ArgumentList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, argument) in self.iter() {
            map.serialize_entry(name, &argument)?;
        }
        map.end()
    }
}

impl fmt::Debug for ArgumentList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
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
        f.write_str(const_hex::Buffer::<32>::new().format(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
