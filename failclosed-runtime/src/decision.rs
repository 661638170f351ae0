//! What an authority answers, and what it says when it cannot.
//!
//! There is no `bool`, no `Default` and no way to read a decision from a wire here: whoever writes
//! `Allow` has to write it.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use serde::Serialize;

use crate::{
    id::CallId,
    text::{self, MAX_DETAIL, MAX_REASON},
};

mod ask;
mod known;
mod policies;

pub use ask::Ask;
#[cfg(feature = "mcp")]
pub(crate) use ask::Attached;
pub(crate) use ask::Member;
pub use known::known;
pub use policies::Policies;

/// An authority's answer. Closed on purpose: a new variant must break every `match` on it.
///
/// ```
/// use failclosed_runtime::Decision;
///
/// let decision = Decision::deny("above the limit of 500").rule("spending-limit");
/// assert!(matches!(decision, Decision::Deny(_)));
/// ```
#[must_use = "a decision that nobody looks at protects nothing"]
#[allow(clippy::exhaustive_enums, reason = "an unknown decision must not compile, let alone pass")]
#[derive(Debug)]
pub enum Decision {
    /// Yes: to this subject, for this action, with these arguments, in this call.
    Allow(Allow),
    /// No.
    Deny(Deny),
    /// A person must say yes first.
    Ask(Ask),
}

impl Decision {
    /// Yes.
    pub fn allow() -> Self {
        Self::Allow(Allow::default_grounds())
    }

    /// No, and why: a short sentence that the model and the user may read.
    pub fn deny(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Deny(Deny::new(reason))
    }

    /// A person must approve; `question` is what they are told beside the request itself.
    pub fn ask(question: impl Into<Cow<'static, str>>) -> Self {
        Self::Ask(Ask::new(question))
    }

    /// Names the rule that decided.
    pub fn rule(mut self, rule: impl Into<Arc<str>>) -> Self {
        self.grounds_mut().rule = Some(text::name(rule.into()));
        self
    }

    /// The id under which the authority keeps this decision.
    pub fn decision_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.grounds_mut().decision_id = Some(text::name(id.into()));
        self
    }

    /// Names what the authority decided by: a digest of its policies, or a release of them.
    pub fn version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.grounds_mut().version = Some(version.into());
        self
    }

    /// Adds the text of the policies that it was decided by, for logs to keep. It costs nothing but a
    /// clone of the list: share one between all decisions by the same policies.
    pub fn policies(mut self, policies: impl Into<Arc<[Policies]>>) -> Self {
        self.grounds_mut().policies = Some(policies.into());
        self
    }

    pub(crate) fn grounds_mut(&mut self) -> &mut Grounds {
        match self {
            Self::Allow(allow) => &mut allow.grounds,
            Self::Deny(deny) => &mut deny.grounds,
            Self::Ask(ask) => &mut ask.grounds,
        }
    }
}

/// What a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Grounds {
    /// The rule or policy that decided, by the authority's own name for it.
    pub rule: Option<Arc<str>>,
    /// The authority's id for the decision.
    pub decision_id: Option<Arc<str>>,
    /// What it decided by, as it stood at that moment: for Cedar the digests of policies and
    /// entities.
    pub version: Option<Arc<str>>,
    /// The text of the policies that it decided by, where the authority has it.
    #[serde(skip)]
    pub policies: Option<Arc<[Policies]>>,
}

impl Grounds {
    pub(crate) const fn none() -> Self {
        Self { rule: None, decision_id: None, version: None, policies: None }
    }

    /// Puts another text in the place of each for which `rewrite` has one.
    pub(crate) fn rewrite(&mut self, rewrite: &dyn Fn(&str) -> Option<String>) {
        // No call's arguments are in the policies' text.
        let Self { rule, decision_id, version, policies: _ } = self;
        for part in [rule, decision_id, version] {
            if let Some(text) = part.as_deref().and_then(rewrite) {
                *part = Some(text.into());
            }
        }
    }
}

/// A yes with its grounds. Not a permit: only the guard turns one into the other.
#[derive(Debug)]
pub struct Allow {
    pub(crate) grounds: Grounds,
    /// Set by [`danger`](crate::danger) alone; it is stamped into every record.
    pub(crate) danger: Option<Arc<str>>,
    /// A person's yes, as an approver gives it. In a box: an allow is moved from hand to hand in each call,
    /// and few are a person's.
    pub(crate) yes: Option<Box<PersonsYes>>,
    /// The person's yes that it rests on. Set by the guard, which has asked them.
    pub(crate) approved: Option<Box<Approved>>,
}

/// What a person said yes to.
#[derive(Debug)]
pub(crate) struct PersonsYes {
    pub(crate) answers: Answers,
    /// Who said it, where they are known.
    pub(crate) by: Option<Arc<str>>,
    /// Where it was given to another call.
    pub(crate) remembered: Option<Arc<RememberedYes>>,
    /// Where it is to be remembered.
    pub(crate) keep: Option<Box<dyn Keeps>>,
}

/// A yes that holds for further calls.
#[derive(Debug, Clone)]
pub(crate) struct RememberedYes {
    /// The call that it was given to.
    pub(crate) call: CallId,
    /// SHA-256 of that call's question.
    pub(crate) digest: [u8; 32],
    /// When its body began.
    pub(crate) at: SystemTime,
    /// Who gave it, where it is known.
    pub(crate) by: Option<Arc<str>>,
}

/// Who remembers a yes.
pub(crate) trait Keeps: fmt::Debug + Send + Sync {
    /// The body begins that it was given for; `false` keeps it from beginning, where the yes holds no
    /// longer. Runs nobody's code, and waits for nothing.
    fn keep(&self) -> bool;
}

/// Which question about which call a person's yes answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) call: CallId,
    /// [`Ask::digest`].
    pub(crate) question: [u8; 32],
}

/// What a person's yes was given to.
#[derive(Debug)]
pub(crate) struct Approved {
    /// [`Ask::digest`].
    pub(crate) question: [u8; 32],
    /// The name of the approver.
    pub(crate) through: Cow<'static, str>,
    /// Who they are, where it is known.
    pub(crate) by: Option<Arc<str>>,
    /// The call that it was given to, where that was another one.
    pub(crate) remembered: Option<Arc<RememberedYes>>,
    /// Who remembers it from now on.
    pub(crate) keep: Option<Box<dyn Keeps>>,
}

impl PersonsYes {
    /// A yes to this, by nobody knows whom.
    pub(crate) fn to(answers: Answers) -> Self {
        Self { answers, by: None, remembered: None, keep: None }
    }
}

impl Allow {
    pub(crate) const fn default_grounds() -> Self {
        Self { grounds: Grounds::none(), danger: None, yes: None, approved: None }
    }

    /// A person's.
    pub(crate) fn by_person(yes: PersonsYes) -> Self {
        Self { yes: Some(Box::new(yes)), ..Self::default_grounds() }
    }

    /// What it rests on.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Whether it rests on a person's yes, and not on the authority's alone.
    pub fn is_by_person(&self) -> bool {
        self.approved.is_some()
    }

    /// Rewrites what it rests on: an observing mode's stamp tells what the authority said.
    pub(crate) fn rewrite(&mut self, rewrite: &dyn Fn(&str) -> Option<String>) {
        self.grounds.rewrite(rewrite);
        if let Some(danger) = self.danger.as_deref().and_then(rewrite) {
            self.danger = Some(danger.into());
        }
    }

    /// Whether the person gave their yes to another call.
    pub(crate) fn is_remembered(&self) -> bool {
        self.approved.as_ref().is_some_and(|yes| yes.remembered.is_some())
    }

    /// One yes does not wash off the stamp of another.
    pub(crate) fn stamped_as(mut self, other: Option<&Arc<str>>) -> Self {
        self.danger = match (self.danger.take(), other.cloned()) {
            (Some(own), Some(other)) => Some(format!("{own}; {other}").into()),
            (own, other) => own.or(other),
        };
        self
    }
}

/// A no with its reason.
#[derive(Debug)]
pub struct Deny {
    pub(crate) reason: Cow<'static, str>,
    pub(crate) detail: Option<String>,
    pub(crate) grounds: Grounds,
}

impl Deny {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = text::line(reason.into(), MAX_REASON);
        Self { reason, detail: None, grounds: Grounds::none() }
    }

    /// The reason, fit for the model and the user.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What it rests on.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Adds what only the operator may read.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(text::line(detail.into(), MAX_DETAIL).into_owned());
        self
    }
}

impl From<Deny> for Decision {
    fn from(deny: Deny) -> Self {
        Self::Deny(deny)
    }
}

impl From<Ask> for Decision {
    fn from(ask: Ask) -> Self {
        Self::Ask(ask)
    }
}

/// Why an authority did not decide. It always ends in a denial: nothing converts it to an allow.
///
/// Any error becomes one with `?`: an error of reading, such as a `serde_json::Error` or a
/// `ParseIntError`, a *malformed* one, every other an *unavailable* one. The other kinds are named.
///
/// It is deliberately not an `Error` itself, so that the conversion can hold for every error.
#[derive(Debug)]
pub struct NoDecision {
    pub(crate) kind: NoDecisionKind,
    pub(crate) detail: String,
    pub(crate) version: Option<Arc<str>>,
    pub(crate) policies: Option<Arc<[Policies]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoDecisionKind {
    Unavailable,
    Malformed,
    TimedOut,
    NotConfigured,
    NotShowable,
    /// As that, and less of the same could be put.
    TooLarge,
    /// As that, and policies could be asked: it is a person who cannot read it.
    NotForAPerson,
    Abstained,
}

impl NoDecision {
    pub(crate) fn of(kind: NoDecisionKind, detail: impl fmt::Display) -> Self {
        let detail = text::line(detail.to_string(), MAX_DETAIL).into_owned();
        Self { kind, detail, version: None, policies: None }
    }

    /// Names what the authority would have decided by. See [`Grounds::version`].
    pub fn with_version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Adds the text of the policies that it would have decided by. See [`Decision::policies`].
    pub fn with_policies(mut self, policies: impl Into<Arc<[Policies]>>) -> Self {
        self.policies = Some(policies.into());
        self
    }

    /// The question cannot be put as it is: a value that nobody can be shown, or one that the
    /// authority has no way to express. The caller's fault; asking again unchanged cannot help.
    pub fn not_showable(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::NotShowable, detail)
    }

    /// The same, where its size is the reason: less in one call could be asked about. A service
    /// answers 413.
    pub fn too_large(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::TooLarge, detail)
    }

    /// The same, where it is too much for a person to read: nothing is approved unread.
    pub(crate) fn not_for_a_person(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::NotForAPerson, detail)
    }

    /// The authority could not be reached, or failed. `detail` is for the operator.
    pub fn unavailable(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::Unavailable, detail)
    }

    /// What came back is not a valid answer to this question, or the question could not be put.
    pub fn malformed(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::Malformed, detail)
    }

    /// The authority's own time limit passed.
    pub fn timed_out(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::TimedOut, detail)
    }

    /// There is nobody to ask.
    pub fn not_configured(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::NotConfigured, detail)
    }

    /// The authority has no say in this; `detail` tells the operator why. Beside others in
    /// [`all_of`](crate::all_of) it leaves the decision to them; alone it is a denial, because then
    /// nobody decided.
    pub fn abstained(detail: impl fmt::Display) -> Self {
        Self::of(NoDecisionKind::Abstained, detail)
    }

    /// What only the operator may read.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

// FAIL CLOSED: an error met while deciding means that no decision was made.
impl<E: std::error::Error> From<E> for NoDecision {
    fn from(error: E) -> Self {
        let kind = known::kind_of(&error);
        let mut detail = error.to_string();
        let mut source = error.source();
        // An error can be its own source; a chain this long tells nothing more.
        for _ in 0..16 {
            let Some(cause) = source else { break };
            detail.push_str(": ");
            detail.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::of(kind, detail)
    }
}
