//! Records as they are read. Types of their own: reading a log gives nobody a subject or a decision
//! that a guard would take.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use self::members::Members;
use super::{Approval, Delegator};

mod members;
#[cfg(all(unix, feature = "audit-file"))]
pub(super) mod place;

/// One record of a log. Members that this version does not know are left alone: the hash covers them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// The version of the format: 1.
    pub v: u32,
    /// Its place in the log, from 0 on.
    pub seq: u64,
    /// The hash of the record before.
    pub prev: String,
    /// A UUID of version 7, which no other record of any log has. Here and below, what is absent is so in
    /// records of older programs.
    pub id: Option<String>,
    /// The machine that wrote it.
    pub host: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The program, best by name and version.
    pub program: Option<String>,
    /// Why it may have been lost with the machine, where its log was not synced.
    pub unsynced: Option<String>,
    /// What it is about.
    pub record: Kind,
    /// Milliseconds since 1970, by the wall clock.
    pub at_ms: u64,
    /// The call.
    pub call: Option<String>,
    /// Who acted.
    pub agent: Option<String>,
    /// For whom.
    pub person: Option<String>,
    /// Who handed it on to a sub-agent, from the first one on.
    pub delegated_by: Vec<Delegator>,
    /// What was asked for.
    pub action: Option<String>,
    /// `allow` or `deny`.
    pub verdict: Option<String>,
    /// Why not.
    pub cause: Option<String>,
    /// Why not, in the words the model was given.
    pub reason: Option<String>,
    /// Why not, in words for the operator.
    pub detail: Option<String>,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The authority's id for the decision.
    pub decision_id: Option<String>,
    /// What it decided by: for Cedar the digests of policies and entities, and whether a later reload
    /// failed.
    pub version: Option<String>,
    /// SHA-256 of the text of the policies that it decided by.
    pub policies: Vec<String>,
    /// The stamp of a dangerous mode.
    pub danger: Option<String>,
    /// Whether it was asked by a self check, with no body behind it.
    pub self_check: bool,
    /// The person's yes that an allow rests on.
    pub approval: Option<Approval>,
    /// Where it was asked in the program: file, line and column.
    pub site: Option<String>,
    /// The guarded function, by its path.
    pub function: Option<String>,
    /// Microseconds from the question to the answer.
    pub took_us: Option<u64>,
    /// Microseconds of it that the approver took.
    pub approver_us: Option<u64>,
    /// SHA-256 of the question.
    pub digest: Option<String>,
    /// The length of the question, in bytes, also where it is too long to be here.
    pub question_bytes: Option<u64>,
    /// Subject, action, resource, arguments and context, as the digest was taken of them.
    pub question: Option<Box<RawValue>>,
    /// How an allowed call ended.
    pub outcome: Option<String>,
    /// Microseconds from the question to the permit.
    pub permit_us: Option<u64>,
    /// Microseconds from the permit to the end.
    pub elapsed_us: Option<u64>,
    /// How many outcomes could not be written, in a `lost` record.
    pub outcomes: Option<u64>,
    /// How many bytes a crash left of a record, in a `repaired` record.
    pub cut_bytes: Option<u64>,
    /// Their SHA-256.
    pub cut_sha256: Option<String>,
    /// The hash of all of the above.
    pub hash: String,
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A decision, before the body.
    Decision,
    /// How an allowed call ended.
    Outcome,
    /// Outcomes that could not be written.
    Lost,
    /// What a crash had left was cut off.
    Repaired,
}

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordFault {
    /// It is not the text of a record.
    Shape(String),
    /// It was changed: its hash is not its own.
    Hash,
    /// The question was changed: its digest is not its own.
    Digest,
    /// A version that this program does not know.
    Version(u32),
}

impl fmt::Display for RecordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(why) => write!(f, "not a record: {why}"),
            Self::Hash => f.write_str("changed: its hash is not its own"),
            Self::Digest => f.write_str("the question does not have the digest that is given"),
            Self::Version(v) => write!(f, "a record of version {v}, and this program knows 1"),
        }
    }
}

impl std::error::Error for RecordFault {}

impl Record {
    /// Reads one line, without its end.
    ///
    /// # Errors
    /// Everything that is not a whole, unchanged record of a known version. Whether it follows the
    /// record before it is for whoever has that one to say.
    pub fn read(line: &[u8]) -> Result<Self, RecordFault> {
        Members::read(line).map(Self::from)
    }

    /// Whether it comes right after the record with sequence number and hash `before`.
    pub fn follows(&self, next: u64, hash: &str) -> bool {
        self.seq == next && self.prev == hash
    }
}

#[cfg(test)]
mod tests;
