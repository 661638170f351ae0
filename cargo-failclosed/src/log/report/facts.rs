//! What a page says, counted in one reading. It takes the memory of the names that occur, not of the log.

use std::collections::{BTreeMap, HashMap};

use failclosed_runtime::audit::{Kind, Record};

use super::{super::text::who, timeline::Timeline};

/// More names than this of one sort are counted together: agents choose some of them.
const MAX_NAMES: usize = 10_000;
/// More calls than this that are open at one time are not told apart.
const MAX_OPEN: usize = 100_000;

/// How a decision ended, in the order of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Allowed,
    Approved,
    Refused,
    Unanswered,
}

impl Ended {
    pub(super) const ALL: [Self; 4] =
        [Self::Allowed, Self::Approved, Self::Refused, Self::Unanswered];

    fn of(record: &Record) -> Self {
        match (record.verdict.as_deref(), record.cause.as_deref()) {
            (Some("allow"), _) if record.approval.is_some() => Self::Approved,
            (Some("allow"), _) => Self::Allowed,
            (Some("deny"), Some("denied" | "needs_approval")) => Self::Refused,
            // FAIL CLOSED: what is not said to be an allow is not counted as one.
            _ => Self::Unanswered,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed by policy",
            Self::Approved => "approved by a person",
            Self::Refused => "refused",
            Self::Unanswered => "blocked without an answer",
        }
    }

    /// The class of its colour.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
        }
    }
}

/// A number for each way to end.
pub(super) type Ends = [u64; 4];

#[derive(Debug, Default)]
pub(super) struct Count {
    names: BTreeMap<String, Ends>,
    others: Ends,
}

impl Count {
    fn add(&mut self, name: &str, ended: Ended) {
        let ends = if let Some(ends) = self.names.get_mut(name) {
            ends
        } else if self.names.len() < MAX_NAMES {
            self.names.entry(name.to_owned()).or_default()
        } else {
            &mut self.others
        };
        ends[ended as usize] += 1;
    }

    /// The most frequent ones, and all others as one.
    pub(super) fn top(&self, rows: usize) -> (Vec<(&str, Ends)>, Ends) {
        let mut names: Vec<_> =
            self.names.iter().map(|(name, ends)| (name.as_str(), *ends)).collect();
        names.sort_by(|a, b| total(&b.1).cmp(&total(&a.1)).then(a.0.cmp(b.0)));
        let mut others = self.others;
        for (_, ends) in names.drain(rows.min(names.len())..) {
            others.iter_mut().zip(ends).for_each(|(sum, more)| *sum += more);
        }
        (names, others)
    }
}

pub(super) fn total(ends: &Ends) -> u64 {
    ends.iter().sum()
}

/// An allowed call of which no end is recorded.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) seq: u64,
    pub(super) at_ms: u64,
    pub(super) who: String,
    pub(super) action: String,
    pub(super) call: String,
}

#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The first and the last time, by the clock of whoever wrote the log.
    pub(super) period: Option<(u64, u64)>,
    pub(super) ends: Ends,
    pub(super) timeline: Timeline,
    pub(super) causes: Count,
    pub(super) actions: Count,
    pub(super) agents: Count,
    pub(super) approvers: Count,
    pub(super) dangers: Count,
    pub(super) self_checks: u64,
    pub(super) lost: u64,
    pub(super) repaired: u64,
    open: HashMap<String, Open>,
    overflowed: bool,
}

impl Facts {
    pub(super) fn add(&mut self, record: &Record) {
        let (first, last) = self.period.unwrap_or((record.at_ms, record.at_ms));
        self.period = Some((first.min(record.at_ms), last.max(record.at_ms)));
        self.lost = self.lost.saturating_add(record.outcomes.unwrap_or(0));
        self.repaired += u64::from(record.record == Kind::Repaired);
        // Nobody did what a self check asks for.
        if record.self_check {
            self.self_checks += 1;
            return;
        }
        self.follow(record);
        if record.record != Kind::Decision {
            return;
        }
        let ended = Ended::of(record);
        self.ends[ended as usize] += 1;
        self.timeline.add(record.at_ms, ended);
        // An allow has no cause but its rule; what is not named is shown as such.
        let cause = match ended {
            Ended::Allowed | Ended::Approved => ended.name(),
            Ended::Refused | Ended::Unanswered => record.cause.as_deref().unwrap_or("(no cause)"),
        };
        self.causes.add(cause, ended);
        self.actions.add(record.action.as_deref().unwrap_or("(no action)"), ended);
        self.agents.add(&who(record), ended);
        if let Some(danger) = &record.danger {
            self.dangers.add(danger, ended);
        }
        if let Some(approval) = record.approval.as_ref().filter(|_| ended == Ended::Approved) {
            let by = approval.by.as_deref().unwrap_or("(not named)");
            let again = if approval.remembered.is_some() { ", remembered" } else { "" };
            self.approvers.add(&format!("{by}, through {}{again}", approval.through), ended);
        }
    }

    /// Which calls are open.
    fn follow(&mut self, record: &Record) {
        let Some(call) = &record.call else { return };
        let allowed = record.record == Kind::Decision && record.verdict.as_deref() == Some("allow");
        if !allowed {
            self.open.remove(call);
        } else if self.open.len() < MAX_OPEN {
            let open = Open {
                seq: record.seq,
                at_ms: record.at_ms,
                who: who(record),
                action: record.action.clone().unwrap_or_default(),
                call: call.clone(),
            };
            self.open.insert(call.clone(), open);
        } else {
            self.overflowed = true;
        }
    }

    /// Allowed calls without an end, the first ones first; `None` where there were too many to tell.
    pub(super) fn unknown(&self) -> Option<Vec<&Open>> {
        // FAIL CLOSED: a number that may be too small would calm whoever reads it.
        if self.overflowed {
            return None;
        }
        let mut open: Vec<_> = self.open.values().collect();
        open.sort_by_key(|open| open.seq);
        Some(open)
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Ended, MAX_NAMES, total};

    #[test]
    fn many_names_are_counted_and_not_kept() {
        let mut count = Count::default();
        for name in 0..MAX_NAMES + 5 {
            count.add(&name.to_string(), Ended::Refused);
        }
        count.add("7", Ended::Allowed);
        assert_eq!(count.names.len(), MAX_NAMES);
        let (top, others) = count.top(3);
        assert_eq!((top[0], top.len()), (("7", [1, 0, 1, 0]), 3));
        assert_eq!(total(&others), (MAX_NAMES + 5 - 3) as u64);
    }
}
