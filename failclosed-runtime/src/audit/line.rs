//! Records as they are written: version 1 of the format, one line of JSON each.
//!
//! `{"v":1,"seq":7,"prev":"..",` who wrote it, what happened `,"hash":".."}`. The hash is SHA-256 over every byte
//! before `,"hash":`, and `prev` is the hash of the line before: so each line fixes all before it.

use std::{
    panic::Location,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use super::{
    Approval, DecisionRecord, Delegator, NotRecorded, OutcomeRecord, Repair, Verdict,
    origin::Origin,
};
use crate::{
    decision::{Grounds, Policies},
    denial::Cause,
    request::{Digest, Request},
};

/// The hash before the first record.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The longest question that a record holds, in bytes. Of a longer one it holds length and digest.
pub const MAX_QUESTION_BYTES: usize = 64 * 1024;

/// The longest reason, detail or other text that a record holds, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024;

/// One line, with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    seq: u64,
    hash: String,
    text: String,
}

impl Line {
    /// The record's place in the log, from 0 on.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Its own hash, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The line, without its end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A line that was read.
    pub(super) fn read(record: &super::Record, text: &str) -> Self {
        Self { seq: record.seq, hash: record.hash.clone(), text: text.to_owned() }
    }
}

/// What happened, without a place in the chain yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// The members of an object, without its braces.
    members: String,
    at_ms: u64,
    /// What a log keeps beside it.
    policies: Option<Arc<[Policies]>>,
    /// Where it was asked.
    site: Option<&'static Location<'static>>,
}

/// What stands before the question, which is the last member.
const QUESTION: &str = r#","question":"#;

impl Draft {
    fn new(at: SystemTime, members: &impl Serialize) -> Result<Self, NotRecorded> {
        let mut text = serde_json::to_string(members)?;
        text.pop();
        text.remove(0);
        Ok(Self { members: text, at_ms: millis(at), policies: None, site: None })
    }

    /// The policies that it refers to.
    pub(super) fn policies(&self) -> &[Policies] {
        self.policies.as_deref().unwrap_or_default()
    }

    /// Where it was asked.
    pub(super) fn site(&self) -> Option<&'static Location<'static>> {
        self.site
    }

    /// The question, where there is one in it. The members before it hold no such text: a quote in one of
    /// them has a backslash before it.
    pub(super) fn question(&self) -> Option<&str> {
        self.members.split_once(QUESTION).map(|(_, question)| question)
    }

    /// The line at a place in the chain. `random` makes its id one that no other record has.
    pub(super) fn seal(&self, seq: u64, prev: &str, by: &Origin, random: &[u8; 10]) -> Line {
        let (id, at_ms) = (Builder::from_unix_timestamp_millis(self.at_ms, random), self.at_ms);
        let (id, members) = (id.into_uuid().hyphenated(), &self.members);
        let mut text = format!(
            r#"{{"v":1,"seq":{seq},"prev":"{prev}","id":"{id}",{by},"at_ms":{at_ms},{members}"#
        );
        let hash = hex(text.as_bytes());
        text.push_str(r#","hash":""#);
        text.push_str(&hash);
        text.push_str(r#""}"#);
        Line { seq, hash, text }
    }

    /// # Errors
    /// An allow whose question cannot be written down.
    pub(super) fn decision(record: &DecisionRecord<'_>) -> Result<Self, NotRecorded> {
        let request = record.request;
        // Taken apart whole: what is added to it has to be named here, or this does not compile.
        let Grounds { rule, decision_id, version, policies } = record.verdict.grounds();
        let denial = match record.verdict {
            Verdict::Allow(_) => None,
            Verdict::Deny(denial) => Some(denial),
        };
        let question = match (record.digest().map(|_| question(request)), denial) {
            (Some(Ok(question)), _) => Some(question),
            // FAIL CLOSED: an allow of nobody knows what.
            (Some(Err(why)), None) => return Err(why),
            (None, None) => return Err(NotRecorded::new("the arguments have no digest")),
            // A denial is recorded as far as it can be.
            (Some(Err(_)) | None, Some(_)) => None,
        };
        let question_bytes = question.as_ref().map(|question| question.get().len());
        let question = question.filter(|question| question.get().len() <= MAX_QUESTION_BYTES);
        let digests = policies.iter().flat_map(|list| list.iter().map(Policies::digest)).collect();
        let draft = Self::new(
            record.at,
            &Decision {
                record: "decision",
                call: request.id().to_string(),
                agent: request.subject().agent_id(),
                person: request.subject().user_id(),
                delegated_by: request.subject().delegated_by().map(Delegator::of).collect(),
                action: request.action(),
                verdict: if denial.is_none() { "allow" } else { "deny" },
                cause: record.verdict.cause(),
                reason: denial.map(|denial| bounded(denial.reason())),
                detail: denial.and_then(|denial| denial.detail()).map(bounded),
                rule: rule.as_deref().map(bounded),
                decision_id: decision_id.as_deref().map(bounded),
                version: version.as_deref().map(bounded),
                policies: digests,
                danger: record.verdict.danger().map(bounded),
                self_check: request.is_self_check(),
                approval: record.verdict.approval(),
                site: record.site().map(|site| bounded(&site.to_string())),
                function: record.function().map(bounded),
                took_us: micros(record.took()),
                approver_us: record.approver_took().map(micros),
                digest: record.digest().map(|digest| digest.to_string()),
                question_bytes,
                question,
            },
        );
        Ok(Self { policies, site: record.site(), ..draft? })
    }

    pub(super) fn outcome(record: &OutcomeRecord<'_>) -> Result<Self, NotRecorded> {
        Self::new(
            record.at,
            &Outcome {
                record: "outcome",
                call: record.call.to_string(),
                action: record.action,
                outcome: record.outcome,
                permit_us: micros(record.until_permit),
                elapsed_us: micros(record.elapsed),
            },
        )
    }

    /// Outcomes that were not written, for want of room or of a working store.
    pub(super) fn lost(outcomes: u64) -> Self {
        Self::of_now(format!(r#""record":"lost","outcomes":{outcomes}"#))
    }

    fn of_now(members: String) -> Self {
        Self { members, at_ms: millis(SystemTime::now()), policies: None, site: None }
    }

    /// The part of a record that was cut off when the log was opened.
    pub(super) fn repaired(repair: &Repair) -> Self {
        let Repair { bytes, sha256 } = repair;
        Self::of_now(format!(r#""record":"repaired","cut_bytes":{bytes},"cut_sha256":"{sha256}""#))
    }
}

#[derive(Serialize)]
struct Decision<'a> {
    record: &'static str,
    call: String,
    agent: &'a str,
    person: Option<&'a str>,
    /// Absent where nobody did, so that the records of other programs stay what they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delegated_by: Vec<Delegator>,
    action: &'a str,
    verdict: &'static str,
    cause: Option<Cause>,
    reason: Option<String>,
    detail: Option<String>,
    rule: Option<String>,
    decision_id: Option<String>,
    version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<&'a str>,
    danger: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    self_check: bool,
    /// Absent in records that older programs wrote: that a person was asked is not known of them.
    approval: Option<Approval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    took_us: u64,
    /// Absent where nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    approver_us: Option<u64>,
    digest: Option<String>,
    question_bytes: Option<usize>,
    /// The last member: who recomputes the digest finds its end without a parser.
    question: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    record: &'static str,
    call: String,
    action: &'a str,
    outcome: super::Outcome,
    permit_us: u64,
    elapsed_us: u64,
}

/// The very text that has the digest.
fn question(request: &Request<'_>) -> Result<Box<RawValue>, NotRecorded> {
    let text = str::from_utf8(request.question())?;
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        // FAIL CLOSED: each line feed would end the record; a snapshot has none.
        return Err(NotRecorded::new("an argument brings line breaks into its JSON"));
    }
    Ok(RawValue::from_string(text.to_owned())?)
}

/// Text of a bounded size: of what is cut, the length and the digest.
fn bounded(text: &str) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text.to_owned();
    }
    let kept = text.floor_char_boundary(MAX_TEXT_BYTES);
    let (bytes, digest) = (text.len(), hex(text.as_bytes()));
    format!("{} [cut: {bytes} bytes in all, sha256 {digest}]", &text[..kept])
}

/// SHA-256, in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    Digest::of(Sha256::new_with_prefix(bytes)).to_string()
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

fn millis(at: SystemTime) -> u64 {
    // A clock before 1970 is shown as 1970: the record matters more than its date.
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
