//! The members of a record, as they stand in its line: whoever only asks whether a log is whole copies none.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use super::{Kind, Record, RecordFault};
use crate::{
    audit::{Approval, Delegator, line::hex},
    subject::MOST_DELEGATIONS,
};

/// What stands between what is hashed and the hash.
const SEAL: &str = r#","hash":""#;

/// How long a hash is.
const HASH_DIGITS: usize = 64;

/// What a record of this version begins with.
const FIRST: &str = r#"{"v":1,"#;

/// A text in a line. In an `Option`, serde would copy a bare `Cow`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Text<'_> {
    fn own(self) -> String {
        self.0.into_owned()
    }
}

/// A [`Record`] whose texts are not its own. Each member is explained there.
#[derive(Deserialize)]
pub(super) struct Members<'a> {
    pub(super) v: u32,
    pub(super) seq: u64,
    #[serde(borrow)]
    pub(super) prev: Text<'a>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) host: Option<Text<'a>>,
    pub(super) pid: Option<u32>,
    #[serde(borrow)]
    pub(super) program: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) unsynced: Option<Text<'a>>,
    pub(super) record: Kind,
    pub(super) at_ms: u64,
    #[serde(borrow)]
    pub(super) call: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) agent: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) person: Option<Text<'a>>,
    #[serde(default, deserialize_with = "somebody")]
    pub(super) delegated_by: Vec<Delegator>,
    #[serde(borrow)]
    pub(super) action: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) verdict: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) cause: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) reason: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) detail: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) rule: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) decision_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) policies: Vec<Text<'a>>,
    #[serde(borrow)]
    pub(super) danger: Option<Text<'a>>,
    #[serde(default)]
    pub(super) self_check: bool,
    pub(super) approval: Option<Approval>,
    #[serde(borrow)]
    pub(super) site: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) function: Option<Text<'a>>,
    pub(super) took_us: Option<u64>,
    pub(super) approver_us: Option<u64>,
    #[serde(borrow)]
    pub(super) digest: Option<Text<'a>>,
    pub(super) question_bytes: Option<u64>,
    #[serde(borrow)]
    pub(super) question: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) outcome: Option<Text<'a>>,
    pub(super) permit_us: Option<u64>,
    pub(super) elapsed_us: Option<u64>,
    pub(super) outcomes: Option<u64>,
    pub(super) cut_bytes: Option<u64>,
    #[serde(borrow)]
    pub(super) cut_sha256: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hash: Text<'a>,
}

/// A chain of delegation that is there has somebody in it.
fn somebody<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Delegator>, D::Error> {
    let chain = Vec::deserialize(deserializer)?;
    // FAIL CLOSED: nobody is what no writer writes, and more than may delegate neither.
    if chain.is_empty() || chain.len() > MOST_DELEGATIONS {
        return Err(D::Error::custom("a chain of delegation of no length that one has"));
    }
    Ok(chain)
}

impl<'a> Members<'a> {
    /// As [`Record::read`].
    pub(super) fn read(line: &'a [u8]) -> Result<Self, RecordFault> {
        let shape = |why: &str| RecordFault::Shape(why.to_owned());
        let text = std::str::from_utf8(line).map_err(|_| shape("not UTF-8"))?;
        let sealed = text.strip_suffix(r#""}"#).ok_or_else(|| shape("it does not end"))?;
        // No text of a member before it has these characters: its quotes have a backslash before them.
        let no_hash = || shape("it has no hash");
        let hash = sealed.len().checked_sub(HASH_DIGITS).ok_or_else(no_hash)?;
        let (before, hash) = sealed.split_at_checked(hash).ok_or_else(no_hash)?;
        let hashed = before.strip_suffix(SEAL).ok_or_else(no_hash)?;
        if hex(hashed.as_bytes()) != hash {
            return Err(RecordFault::Hash);
        }
        let malformed = |error: serde_json::Error| RecordFault::Shape(error.to_string());
        // Before the rest: another version may have other members. It is where this one's writer puts it, as a rule.
        if !text.starts_with(FIRST) {
            #[derive(Deserialize)]
            struct Version {
                v: u32,
            }
            match serde_json::from_str(text).map_err(malformed)? {
                Version { v: 1 } => {}
                Version { v } => return Err(RecordFault::Version(v)),
            }
        }
        let members: Self = serde_json::from_str(text).map_err(malformed)?;
        members.is_complete()?;
        Ok(members)
    }

    fn is_complete(&self) -> Result<(), RecordFault> {
        let whole = match self.record {
            Kind::Decision => {
                let verdict = self.verdict.as_ref().map(|verdict| &*verdict.0);
                let known = matches!(verdict, Some("allow" | "deny"));
                // An allow of nobody knows what is none that the writer made.
                let bound = verdict != Some("allow") || self.digest.is_some();
                known && bound && self.call.is_some() && self.action.is_some()
            }
            Kind::Outcome => self.call.is_some() && self.outcome.is_some(),
            Kind::Lost => self.outcomes.is_some(),
            Kind::Repaired => self.cut_bytes.is_some(),
        };
        if !whole {
            return Err(RecordFault::Shape(format!("a {:?} without all its parts", self.record)));
        }
        if !self.delegated_by.is_empty() && (self.record != Kind::Decision || self.agent.is_none())
        {
            // FAIL CLOSED: it was handed on, and to nobody.
            return Err(RecordFault::Shape("a chain of delegation without a sub-agent".to_owned()));
        }
        match (&self.question, &self.digest) {
            (Some(question), Some(digest)) if hex(question.get().as_bytes()) == *digest.0 => {
                self.is_chain_of(question.get())
            }
            (Some(_), _) => Err(RecordFault::Digest),
            (None, _) => Ok(()),
        }
    }

    /// Whether the question was handed on by those whom the record names.
    fn is_chain_of(&self, question: &str) -> Result<(), RecordFault> {
        #[derive(Deserialize)]
        struct Asked {
            subject: Who,
        }
        #[derive(Deserialize)]
        struct Who {
            #[serde(default)]
            delegated_by: Vec<Link>,
        }
        #[derive(Deserialize)]
        struct Link {
            agent: String,
            on_behalf_of: Option<String>,
        }
        if self.delegated_by.is_empty() && !question.contains(r#""delegated_by":"#) {
            return Ok(());
        }
        let Asked { subject } = serde_json::from_str(question)
            .map_err(|error| RecordFault::Shape(format!("the question: {error}")))?;
        let chain = subject
            .delegated_by
            .into_iter()
            .map(|Link { agent, on_behalf_of }| Delegator { agent, person: on_behalf_of });
        if chain.eq(self.delegated_by.iter().cloned()) {
            return Ok(());
        }
        // FAIL CLOSED: one of the two tells of another call.
        let fault = "the chain of delegation is not the one of the question";
        Err(RecordFault::Shape(fault.to_owned()))
    }
}

impl From<Members<'_>> for Record {
    fn from(members: Members<'_>) -> Self {
        // Taken apart whole: a member that is added has to be named here.
        let Members {
            v,
            seq,
            prev,
            id,
            host,
            pid,
            program,
            unsynced,
            record,
            at_ms,
            call,
            agent,
            person,
            delegated_by,
            action,
            verdict,
            cause,
            reason,
            detail,
            rule,
            decision_id,
            version,
            policies,
            danger,
            self_check,
            approval,
            site,
            function,
            took_us,
            approver_us,
            digest,
            question_bytes,
            question,
            outcome,
            permit_us,
            elapsed_us,
            outcomes,
            cut_bytes,
            cut_sha256,
            hash,
        } = members;
        Self {
            v,
            seq,
            prev: prev.own(),
            id: id.map(Text::own),
            host: host.map(Text::own),
            pid,
            program: program.map(Text::own),
            unsynced: unsynced.map(Text::own),
            record,
            at_ms,
            call: call.map(Text::own),
            agent: agent.map(Text::own),
            person: person.map(Text::own),
            delegated_by,
            action: action.map(Text::own),
            verdict: verdict.map(Text::own),
            cause: cause.map(Text::own),
            reason: reason.map(Text::own),
            detail: detail.map(Text::own),
            rule: rule.map(Text::own),
            decision_id: decision_id.map(Text::own),
            version: version.map(Text::own),
            policies: policies.into_iter().map(Text::own).collect(),
            danger: danger.map(Text::own),
            self_check,
            approval,
            site: site.map(Text::own),
            function: function.map(Text::own),
            took_us,
            approver_us,
            digest: digest.map(Text::own),
            question_bytes,
            question: question.map(ToOwned::to_owned),
            outcome: outcome.map(Text::own),
            permit_us,
            elapsed_us,
            outcomes,
            cut_bytes,
            cut_sha256: cut_sha256.map(Text::own),
            hash: hash.own(),
        }
    }
}
