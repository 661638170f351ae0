//! Records as owned, serializable values: what most sinks write.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{DecisionRecord, NotRecorded, Outcome, OutcomeRecord, Verdict};
use crate::{decision::RememberedYes, denial::Cause, request::Request, subject::Subject};

/// One line of an audit log.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "a log has these two kinds of line and no other")]
pub enum Entry {
    /// Before the body.
    Decision(Box<DecisionEntry>),
    /// After it.
    Outcome(OutcomeEntry),
}

/// A decision, as it is written down.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DecisionEntry {
    /// The call's id.
    pub call: String,
    /// Milliseconds since 1970, by the wall clock.
    pub at_ms: u64,
    /// Who acted.
    pub subject: Subject,
    /// What was asked for.
    pub action: String,
    /// On what: kind, where given, and id.
    pub resource: Option<(Option<String>, String)>,
    /// The arguments that the authority was shown; `null` where they could not be.
    pub arguments: Value,
    /// What the guard added.
    pub context: Value,
    /// SHA-256 of the four above, in hexadecimal.
    pub digest: Option<String>,
    /// `allow` or `deny`.
    pub verdict: &'static str,
    /// Why not.
    pub cause: Option<Cause>,
    /// Why not, in the words the model was given.
    pub reason: Option<String>,
    /// Why not, in words for the operator.
    pub detail: Option<String>,
    /// The rule that decided.
    pub rule: Option<Arc<str>>,
    /// The authority's id for the decision.
    pub decision_id: Option<Arc<str>>,
    /// What it decided by: for Cedar the digests of policies and entities.
    pub version: Option<Arc<str>>,
    /// SHA-256 of the policies' text, where the authority has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// The stamp of a dangerous mode.
    pub danger: Option<String>,
    /// Whether it was asked by a self check, with no body behind it.
    pub self_check: bool,
    /// The person's yes that an allow rests on.
    pub approval: Option<Approval>,
}

/// A person's yes that an allow rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Approval {
    /// The question they were asked: SHA-256 of it, in hexadecimal. See
    /// [`Ask::digest`](crate::Ask::digest).
    pub question: String,
    /// What they were asked through: `terminal`, `acp`, `mcp`, or the approver's own name.
    pub through: String,
    /// Who they are, where the approver knows.
    pub by: Option<String>,
    /// Where nobody was asked, because they had said yes before: to what. Absent from records of older
    /// programs, which remembered nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Remembered>,
}

/// The call that a remembered yes was given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Remembered {
    /// Its id.
    pub call: String,
    /// SHA-256 of its question, in hexadecimal.
    pub digest: String,
    /// When its body began: milliseconds since 1970, by the wall clock.
    pub at_ms: u64,
}

impl Remembered {
    pub(super) fn of(yes: &RememberedYes) -> Self {
        let digest = const_hex::encode(yes.digest);
        Self { call: yes.call.to_string(), digest, at_ms: millis(yes.at) }
    }
}

/// One of those who handed on what a sub-agent does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Delegator {
    /// The agent.
    pub agent: String,
    /// For whom it acted.
    pub person: Option<String>,
}

impl Delegator {
    pub(super) fn of(subject: &Subject) -> Self {
        let person = subject.user_id().map(str::to_owned);
        Self { agent: subject.agent_id().to_owned(), person }
    }
}

/// An outcome, as it is written down.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct OutcomeEntry {
    /// The call's id.
    pub call: String,
    /// Milliseconds since 1970, by the wall clock.
    pub at_ms: u64,
    /// What was done.
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Microseconds from the permit to the end.
    pub elapsed_us: u64,
}

impl TryFrom<&DecisionRecord<'_>> for Entry {
    type Error = NotRecorded;

    /// # Errors
    /// The arguments of an allowed call that cannot be written down: what is not known to have been
    /// allowed must not happen.
    fn try_from(record: &DecisionRecord<'_>) -> Result<Self, NotRecorded> {
        let request = record.request;
        let grounds = record.verdict.grounds();
        let denial = match record.verdict {
            Verdict::Allow(_) => None,
            Verdict::Deny(denial) => Some(denial),
        };
        let arguments = shown(record, || serde_json::to_value(request.arguments()))?;
        let context = shown(record, || serde_json::to_value(Facts(request)))?;
        Ok(Self::Decision(Box::new(DecisionEntry {
            call: request.id().to_string(),
            at_ms: millis(record.at),
            subject: request.subject().clone(),
            action: request.action().to_owned(),
            resource: request
                .resource()
                .map(|resource| (resource.kind().map(str::to_owned), resource.id().to_owned())),
            arguments,
            context,
            digest: record.digest().map(|digest| digest.to_string()),
            verdict: if denial.is_none() { "allow" } else { "deny" },
            cause: record.verdict.cause(),
            reason: denial.map(|denial| denial.reason().to_owned()),
            detail: denial.and_then(|denial| denial.detail()).map(str::to_owned),
            rule: grounds.rule,
            decision_id: grounds.decision_id,
            version: grounds.version,
            policies: grounds
                .policies
                .iter()
                .flat_map(|list| list.iter().map(|policies| policies.digest().to_owned()))
                .collect(),
            danger: record.verdict.danger().map(str::to_owned),
            self_check: request.is_self_check(),
            approval: record.verdict.approval(),
        })))
    }
}

/// What the guard added, as one map.
struct Facts<'a>(&'a Request<'a>);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.context())
    }
}

/// Arguments are copied only where the guard found that they can be shown: a request that is denied
/// for its size is not copied into the log at that size.
fn shown(
    record: &DecisionRecord<'_>,
    value: impl FnOnce() -> Result<Value, serde_json::Error>,
) -> Result<Value, NotRecorded> {
    match (record.digest().map(|_| value()), record.verdict) {
        (Some(Ok(value)), _) => Ok(value),
        // FAIL CLOSED: an allow of nobody knows what.
        (Some(Err(error)), Verdict::Allow(_)) => Err(error.into()),
        (None, Verdict::Allow(_)) => Err(NotRecorded::new("the arguments have no digest")),
        // A denial is recorded as far as it can be.
        (Some(Err(_)) | None, Verdict::Deny(_)) => Ok(Value::Null),
    }
}

impl From<&OutcomeRecord<'_>> for Entry {
    fn from(record: &OutcomeRecord<'_>) -> Self {
        Self::Outcome(OutcomeEntry {
            call: record.call.to_string(),
            at_ms: millis(record.at),
            action: record.action.to_owned(),
            outcome: record.outcome,
            elapsed_us: u64::try_from(record.elapsed.as_micros()).unwrap_or(u64::MAX),
        })
    }
}

fn millis(at: SystemTime) -> u64 {
    // A clock before 1970 is shown as 1970: the record matters more than its date.
    let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
