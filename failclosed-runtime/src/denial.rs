//! Why a guarded body did not run: one typed error for every way of not being allowed.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    argument::NotShowable,
    decision::{Ask, Deny, Grounds, NoDecision, NoDecisionKind, Policies},
    id::CallId,
    name::ActionName,
    text::{self, MAX_DETAIL, MAX_REASON},
};

/// The one reason why a guarded body did not run.
#[allow(clippy::exhaustive_enums, reason = "hosts map every cause; a new one must be mapped too")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An authority or a person said no.
    Denied,
    /// A person must approve, and none is connected.
    NeedsApproval,
    /// No answer before the deadline. Never read as somebody's no.
    TimedOut,
    /// The authority could not be reached, or failed.
    Unavailable,
    /// The answer is not a valid answer, or the question could not be put as it is.
    Malformed,
    /// Nobody was there to ask.
    NotConfigured,
    /// The audit log did not take the decision.
    Unrecorded,
    /// The caller went away before there was a decision. Seen in records only.
    Cancelled,
}

impl Cause {
    /// Its name in records: `timed_out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NeedsApproval => "needs_approval",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::NotConfigured => "not_configured",
            Self::Unrecorded => "unrecorded",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the same call may end differently if it is made again, by itself.
    fn may_pass_later(self) -> bool {
        match self {
            Self::TimedOut | Self::Unavailable | Self::Unrecorded | Self::Cancelled => true,
            Self::Denied | Self::NeedsApproval | Self::Malformed | Self::NotConfigured => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose fault it is that a call was not decided.
#[allow(clippy::exhaustive_enums, reason = "hosts map every one; a new one must be mapped too")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nobody's: somebody said no, or a person must be asked.
    Nobody,
    /// The caller's: arguments that cannot be shown, or that changed while the call was decided.
    /// The same call again cannot end differently, and the service is well.
    Caller,
    /// The authority's or the approver's: out of reach, too late, or no valid answer.
    Authority,
    /// Whoever runs the program: no guard, no approver, a log that takes nothing.
    Operator,
}

const TOO_LARGE: &str =
    "the arguments are too large to show to whoever decides: ask for less in one call";

/// A guarded call that was not allowed. The body ran zero times.
///
/// Its `Display` text is safe to show to the model and the user; [`detail`](Self::detail) is for
/// the operator and may name hosts, policies and raw errors. Each text is one line without control,
/// invisible or turning characters, of bounded length, whoever wrote it.
///
/// | cause | `Display` |
/// | --- | --- |
/// | `Denied` | `Blocked: {reason}` |
/// | `NeedsApproval` | `Blocked: a person must approve this. ({question})` |
/// | `Malformed`, by the [caller's fault](Fault::Caller) | `Blocked: this call cannot be decided as it is. ({reason}) Do not repeat it unchanged.` |
/// | every other | `Permission check unavailable. Action blocked. ({reason})` |
#[derive(Clone)]
#[must_use = "a denial that nobody sees leaves the user in the dark"]
pub struct Denial(Box<Parts>);

#[derive(Clone)]
struct Parts {
    cause: Cause,
    call: CallId,
    action: ActionName,
    reason: Cow<'static, str>,
    detail: Option<String>,
    grounds: Grounds,
    ask: Option<Ask>,
    /// Somebody was asked and gave no decision; otherwise the question could not be put.
    was_put: bool,
    /// It could not, for its size.
    too_large: bool,
    /// It was an approver that was asked.
    #[cfg_attr(
        not(any(feature = "mcp", feature = "acp")),
        allow(dead_code, reason = "hosts with protocol errors ask")
    )]
    of_approver: bool,
}

impl Denial {
    pub(crate) fn new(
        cause: Cause,
        call: CallId,
        action: impl Into<ActionName>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Parts {
            cause,
            call,
            action: action.into(),
            reason: text::line(reason.into(), MAX_REASON),
            detail: None,
            grounds: Grounds::none(),
            ask: None,
            was_put: false,
            too_large: false,
            of_approver: false,
        }))
    }

    /// The same denial, each of its texts as `rewrite` gives it, where it gives one.
    pub(crate) fn rewritten(mut self, rewrite: &dyn Fn(&str) -> Option<String>) -> Self {
        let parts = &mut *self.0;
        if let Some(reason) = rewrite(&parts.reason) {
            parts.reason = reason.into();
        }
        if let Some(detail) = parts.detail.as_deref().and_then(rewrite) {
            parts.detail = Some(detail);
        }
        parts.grounds.rewrite(rewrite);
        if let Some(ask) = &mut parts.ask {
            ask.rewrite(rewrite);
        }
        self
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(text::line(detail.into(), MAX_DETAIL).into_owned());
        self
    }

    pub(crate) fn denied(call: CallId, action: impl Into<ActionName>, deny: Deny) -> Self {
        let mut denial = Self::new(Cause::Denied, call, action, deny.reason);
        denial.0.detail = deny.detail.map(|detail| text::line(detail, MAX_DETAIL).into_owned());
        denial.0.grounds = cleaned(deny.grounds);
        denial
    }

    pub(crate) fn needs_approval(call: CallId, action: impl Into<ActionName>, ask: Ask) -> Self {
        let mut denial = Self::new(Cause::NeedsApproval, call, action, ask.question.clone());
        denial.0.grounds = cleaned(ask.grounds.clone());
        denial.0.ask = Some(ask);
        denial
    }

    /// A person would have to be asked, and is not, for now.
    pub(crate) fn not_asked(
        call: CallId,
        action: impl Into<ActionName>,
        mut ask: Ask,
        reason: String,
    ) -> Self {
        ask.attached = None;
        let mut denial = Self::needs_approval(call, action, ask);
        denial.0.reason = text::line(reason, MAX_REASON).into_owned().into();
        denial
    }

    pub(crate) fn timed_out(call: CallId, action: impl Into<ActionName>, limit: Duration) -> Self {
        Self::new(Cause::TimedOut, call, action, format!("no answer within {limit:?}"))
    }

    pub(crate) fn no_decision(
        call: CallId,
        action: impl Into<ActionName>,
        why: NoDecision,
    ) -> Self {
        // The detail may hold addresses, tokens and raw replies: the model sees a fixed sentence.
        let (cause, reason) = match why.kind {
            NoDecisionKind::Unavailable => {
                (Cause::Unavailable, "the permission authority could not be reached")
            }
            NoDecisionKind::Malformed => {
                (Cause::Malformed, "the permission authority gave no valid answer")
            }
            NoDecisionKind::TimedOut => {
                (Cause::TimedOut, "the permission authority did not answer in time")
            }
            NoDecisionKind::NotConfigured => {
                (Cause::NotConfigured, "no permission authority is configured")
            }
            NoDecisionKind::NotShowable => {
                (Cause::Malformed, "the arguments cannot be shown to whoever decides")
            }
            NoDecisionKind::TooLarge => (Cause::Malformed, TOO_LARGE),
            NoDecisionKind::NotForAPerson => (
                Cause::Malformed,
                "it is too much to show a person, who must approve it: ask for less in one call",
            ),
            // FAIL CLOSED: where everybody abstains, nobody said yes.
            NoDecisionKind::Abstained => (Cause::Denied, "nobody who was asked decides this"),
        };
        let mut denial = Self::new(cause, call, action, reason).with_detail(why.detail);
        denial.0.grounds.version = why.version;
        denial.0.grounds.policies = why.policies;
        denial.0.too_large =
            matches!(why.kind, NoDecisionKind::TooLarge | NoDecisionKind::NotForAPerson);
        denial.0.was_put = !denial.0.too_large && why.kind != NoDecisionKind::NotShowable;
        denial
    }

    /// The arguments cannot be shown whole, and nobody was asked.
    pub(crate) fn not_showable(
        call: CallId,
        action: impl Into<ActionName>,
        why: &NotShowable,
    ) -> Self {
        let reason = match why.is_too_large() {
            true => TOO_LARGE,
            false => "the arguments cannot be shown to the authority",
        };
        let mut denial = Self::new(Cause::Malformed, call, action, reason);
        denial.0.too_large = why.is_too_large();
        denial.with_detail(why.to_string())
    }

    /// The same, where it was an approver that was asked.
    pub(crate) fn by_an_approver(mut self) -> Self {
        self.0.of_approver = true;
        let reason = match self.0.cause {
            Cause::Unavailable => "the approver could not be reached",
            Cause::Malformed => "the approver gave no valid answer",
            Cause::TimedOut => "the approver did not answer in time",
            Cause::NotConfigured => "no approver is configured",
            Cause::Denied | Cause::NeedsApproval | Cause::Unrecorded | Cause::Cancelled => {
                return self;
            }
        };
        if self.0.was_put {
            self.0.reason = reason.into();
        }
        self
    }

    /// Whose fault it is that the call could not be decided: what a host answers with.
    pub fn fault(&self) -> Fault {
        match self.0.cause {
            Cause::Denied | Cause::NeedsApproval | Cause::Cancelled => Fault::Nobody,
            Cause::Malformed if !self.0.was_put => Fault::Caller,
            Cause::Malformed | Cause::TimedOut | Cause::Unavailable => Fault::Authority,
            Cause::NotConfigured | Cause::Unrecorded => Fault::Operator,
        }
    }

    /// Whether it is the [caller's fault](Fault::Caller) for its size: more than the authority can be
    /// told, or more than a person who must approve it can be shown. Less in one call may be allowed.
    pub fn is_too_large(&self) -> bool {
        self.0.too_large
    }

    /// Whether it is the question itself that is at fault: arguments that cannot be shown, or that
    /// changed meanwhile.
    #[cfg(any(feature = "mcp", feature = "acp"))]
    pub(crate) fn is_of_the_question(&self) -> bool {
        self.fault() == Fault::Caller
    }

    /// Whether it was an approver that gave no decision.
    #[cfg(any(feature = "mcp", feature = "acp"))]
    pub(crate) fn is_of_the_approver(&self) -> bool {
        self.0.of_approver
    }

    /// The one cause.
    pub fn cause(&self) -> Cause {
        self.0.cause
    }

    /// The id the records carry for this call.
    pub fn call_id(&self) -> CallId {
        self.0.call
    }

    /// The action that was not permitted.
    pub fn action(&self) -> &str {
        self.0.action.as_str()
    }

    /// The short reason, safe for the model.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What only the operator may read.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The rule that denied, where the authority named one.
    pub fn rule(&self) -> Option<&str> {
        self.0.grounds.rule.as_deref()
    }

    /// The authority's id for the decision, where it gave one.
    pub fn decision_id(&self) -> Option<&str> {
        self.0.grounds.decision_id.as_deref()
    }

    /// What the authority decided by, where it said so: see [`Grounds::version`].
    pub fn version(&self) -> Option<&str> {
        self.0.grounds.version.as_deref()
    }

    pub(crate) fn policies(&self) -> Option<Arc<[Policies]>> {
        self.0.grounds.policies.clone()
    }

    /// What a person would have to be asked, for [`Cause::NeedsApproval`].
    pub fn ask(&self) -> Option<&Ask> {
        self.0.ask.as_ref()
    }

    /// Whether asking again, unchanged, can end differently: a hint for retry loops, each round of
    /// which is authorized anew.
    pub fn may_pass_later(&self) -> bool {
        self.0.cause.may_pass_later()
    }

    /// Everything, on one line, for the operator's log.
    ///
    /// What the crate itself says comes first, up to the first `]`; names from elsewhere are quoted in
    /// it. Nothing that an authority or a caller wrote can stand before it or look like it.
    pub fn operator(&self) -> impl fmt::Display + '_ {
        struct Operator<'a>(&'a Parts);
        impl fmt::Display for Operator<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let parts = self.0;
                write!(f, "`{}` blocked ({}) [call {}", parts.action, parts.cause, parts.call)?;
                let grounds: [(&str, &Option<Arc<str>>); 2] =
                    [("rule", &parts.grounds.rule), ("decision", &parts.grounds.decision_id)];
                for (what, value) in grounds {
                    if let Some(value) = value {
                        write!(f, ", {what} {}", Quoted(value))?;
                    }
                }
                write!(f, "]: {}", parts.reason)?;
                match &parts.detail {
                    Some(detail) => write!(f, ": {detail}"),
                    None => Ok(()),
                }
            }
        }
        Operator(&self.0)
    }
}

/// A name from elsewhere, so that its end shows: quotes, backslashes and brackets in it are escaped.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        self.0.chars().try_for_each(|c| match c {
            '"' | '\\' => write!(f, "\\{c}"),
            // Whoever looks for the first `]` finds the crate's own.
            '[' | ']' => write!(f, "{}", c.escape_unicode()),
            c => write!(f, "{c}"),
        })?;
        f.write_str("\"")
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = &self.0.reason;
        match self.0.cause {
            Cause::Denied => write!(f, "Blocked: {reason}"),
            Cause::NeedsApproval => write!(f, "Blocked: a person must approve this. ({reason})"),
            Cause::Malformed if self.fault() == Fault::Caller => write!(
                f,
                "Blocked: this call cannot be decided as it is. ({reason}) Do not repeat it \
                 unchanged."
            ),
            Cause::TimedOut
            | Cause::Unavailable
            | Cause::Malformed
            | Cause::NotConfigured
            | Cause::Unrecorded
            | Cause::Cancelled => {
                write!(f, "Permission check unavailable. Action blocked. ({reason})")
            }
        }
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Denial({})", self.operator())
    }
}

impl std::error::Error for Denial {}

/// Also those that were put together inside the crate.
fn cleaned(grounds: Grounds) -> Grounds {
    Grounds {
        rule: grounds.rule.map(text::name),
        decision_id: grounds.decision_id.map(text::name),
        version: grounds.version.map(text::name),
        policies: grounds.policies,
    }
}

/// What a denial becomes in a guarded function's return type.
///
/// Implemented for `Result<T, E>` wherever `E: From<Denial>`, which includes `anyhow::Error` and
/// `Box<dyn Error + Send + Sync>`. Implement it for a return type of your own, or name a function
/// with `on_denied = path` for a type that belongs to somebody else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a denial",
    label = "a guarded function must be able to return a denial",
    note = "help: return `Result<T, E>` with `E: From<failclosed::Denial>`, or name a function \
            with `on_denied = path`",
    note = "help: a type of rmcp, axum or rig may be of another version than the one that fits: name \
            it by `failclosed::mcp::rmcp`, `failclosed::axum::axum_core`, `failclosed::rig::rig_core`"
)]
pub trait FromDenial {
    /// The value the caller gets instead of the body's.
    fn from_denial(denial: Denial) -> Self;

    /// Whether a value that the body returned is a failure: recorded as the outcome.
    fn failed(&self) -> bool {
        false
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Denial>> FromDenial for Result<T, E> {
    fn from_denial(denial: Denial) -> Self {
        Err(denial.into())
    }

    fn failed(&self) -> bool {
        self.is_err()
    }
}
