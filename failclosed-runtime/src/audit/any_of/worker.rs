//! The thread of a member: it gives its store what comes next, or what it lacks, and answers the others.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    shared::{Ask, Member, Shared},
    tail::BATCH,
    told::{self, News},
};
use crate::{
    audit::{Chain, End, Line, Store, StoreError},
    decision::Policies,
};

/// How long after a failure it is tried again, where no record comes before.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Worker {
    index: usize,
    store: Box<dyn Store>,
    shared: Arc<Shared>,
    patience: Duration,
    /// What the store has.
    at: Chain,
    /// What it was given when it failed: it may have it.
    unanswered: Option<Vec<Line>>,
    /// What was read for it, until it has it: a store that fails does not read it from the others each time.
    read: Vec<Line>,
    /// When it is tried again.
    again: Option<Instant>,
}

/// What is to be done next.
enum Task {
    Answer(Ask),
    Tend,
    Keep(Policies),
    /// Whether nothing comes after them yet.
    Append(Vec<Line>, bool),
    Fill,
    Close,
}

/// Why it was not done.
enum Fault {
    Fails(StoreError),
    /// Nothing that the store says can be relied on.
    Out(StoreError),
}

impl From<StoreError> for Fault {
    fn from(why: StoreError) -> Self {
        Self::Fails(why)
    }
}

impl Worker {
    pub(super) fn new(
        index: usize,
        store: Box<dyn Store>,
        shared: Arc<Shared>,
        patience: Duration,
        at: Chain,
    ) -> Self {
        Self { index, store, shared, patience, at, unanswered: None, read: Vec::new(), again: None }
    }

    pub(super) fn run(mut self) -> Result<(), StoreError> {
        let mut answered = false;
        loop {
            let (task, round) = self.task(answered);
            answered = matches!(task, Task::Answer(_));
            let done = match task {
                Task::Answer(ask) => {
                    self.answer(ask);
                    continue;
                }
                Task::Tend => {
                    self.store.tend();
                    continue;
                }
                Task::Keep(policies) => self.keep(&policies).map(|()| false),
                Task::Append(lines, is_last) => self.append(lines).map(|()| is_last),
                Task::Fill => self.fill().map(|()| false),
                Task::Close => return self.store.close(),
            };
            match done {
                Ok(is_last) => self.took(is_last),
                Err(Fault::Fails(why)) => self.failed(round, &why),
                Err(Fault::Out(why)) => {
                    self.shared.out(self.index, &why);
                    drop(self.store.close());
                    return Err(why);
                }
            }
        }
    }

    /// Waits for something to do. Gives for which attempt it is, too.
    fn task(&mut self, answered: bool) -> (Task, u64) {
        let due = self.store.due();
        let mut lags = None;
        let mut state = self.shared.lock();
        let found = loop {
            let now = Instant::now();
            let (round, ending, offered) = (state.round, state.ending, state.offered.next());
            // Who is behind and fails is tried now and then: the others need not wait for what it reads.
            let others_work = self.at.next() < state.end().next && state.works();
            let state_of = &mut *state;
            let Some(member) = state_of.members.get_mut(self.index) else {
                break (Task::Close, round);
            };
            if ending {
                break (Task::Close, round);
            }
            if due.is_some_and(|due| due <= now) {
                break (Task::Tend, round);
            }
            let early = self.again.is_some_and(|again| again > now);
            let waits = early && (member.failed_in == round || others_work);
            let policies = state_of.policies.iter();
            let policies = policies.rev().find(|held| !member.has.contains(held.digest())).cloned();
            let is_behind = self.at.next() < offered;
            let lacks = policies.is_some() || is_behind;
            let has_work = lacks && !waits;
            // In turns: neither who writes nor who is filled waits for all of the other.
            if (!answered || !has_work)
                && let Some(ask) = member.asked.pop_front()
            {
                break (Task::Answer(ask), round);
            }
            if let (false, Some(policies)) = (waits, policies) {
                break (Task::Keep(policies), round);
            }
            if has_work {
                if let Some(lines) = state_of.tail.from(self.at.next()) {
                    let next = lines.last().map_or(0, |line| line.seq() + 1);
                    // From here on it may have them.
                    member.given = member.given.max(next);
                    break (Task::Append(lines, next == offered), round);
                }
                if member.tell() {
                    let behind = offered - self.at.next();
                    lags = Some(News::Lags { store: self.index + 1, behind });
                }
                break (Task::Fill, round);
            }
            let until = [due, self.again.filter(|_| lacks)];
            let until = until.into_iter().flatten().min();
            let most = until.map(|until| until.saturating_duration_since(now));
            state = self.shared.pause(state, most);
        };
        drop(state);
        if let Some(lags) = lags {
            lags.tell();
        }
        found
    }

    fn answer(&mut self, ask: Ask) {
        // Whoever asked may not wait any more.
        match ask {
            Ask::Lines { from, limit, reply } => drop(reply.send(self.store.read(from, limit))),
            Ask::Policies { digest, reply } => drop(reply.send(self.store.policies(&digest))),
        }
    }

    fn keep(&mut self, policies: &Policies) -> Result<(), Fault> {
        self.find_end()?;
        if let Err(why) = self.store.keep_policies(policies) {
            self.unanswered = Some(Vec::new());
            return Err(why.into());
        }
        self.shared.change(|state| state.kept(self.index, policies.digest()));
        Ok(())
    }

    fn append(&mut self, mut lines: Vec<Line>) -> Result<(), Fault> {
        self.find_end()?;
        // It may have had some of them after all.
        lines.retain(|line| line.seq() >= self.at.next());
        let mut after = self.at.clone();
        let mut named = BTreeSet::new();
        for line in &lines {
            // FAIL CLOSED: what another member gave need not be what follows.
            let record = after.take(line.text().as_bytes()).map_err(StoreError::new)?;
            named.extend(record.policies);
        }
        // Before the records, so that none names what a crash would lose.
        for digest in named {
            self.keep_named(&digest)?;
        }
        if lines.is_empty() {
            return Ok(());
        }
        let Err(why) = self.store.append(&lines) else {
            self.at = after;
            return Ok(());
        };
        self.unanswered = Some(lines);
        match self.find_end() {
            Ok(()) if self.at == after => Ok(()),
            Err(Fault::Out(why)) => Err(Fault::Out(why)),
            Ok(()) | Err(Fault::Fails(_)) => Err(why.into()),
        }
    }

    /// Where the store ends, after it failed.
    fn find_end(&mut self) -> Result<(), Fault> {
        let Some(lines) = &self.unanswered else { return Ok(()) };
        if let Some(End { next, hash, repaired }) = self.store.resume()? {
            let given = lines.iter().find(|line| line.seq() + 1 == next).map(Line::hash);
            let known = if next == self.at.next() { Some(self.at.hash()) } else { given };
            if known != Some(&*hash) {
                // FAIL CLOSED: it lost what it had, or somebody else wrote to it.
                return Err(Fault::Out(StoreError::new(format_args!(
                    "it ends before record {next}, and had record {}\n\
                     help: bring it back as it was, and open the log again",
                    self.at.next().saturating_sub(1)
                ))));
            }
            self.at = Chain::at(next, hash);
            if let Some(cut) = repaired {
                told::cut(self.index + 1, cut.bytes, &cut.sha256);
            }
        }
        self.unanswered = None;
        Ok(())
    }

    /// Keeps what records name, if anybody has it. A log whose policies nobody kept is filled all the same.
    fn keep_named(&mut self, digest: &str) -> Result<(), Fault> {
        let held = self.shared.look(|state| {
            let member = state.members.get(self.index);
            let has = member.is_some_and(|member| member.has.contains(digest));
            let held = state.policies.iter().find(|held| held.digest() == digest);
            (!has).then(|| held.cloned())
        });
        match held {
            None => return Ok(()),
            Some(Some(policies)) => return self.keep(&policies),
            Some(None) => {}
        }
        for source in self.shared.sources(self.at.next()) {
            if source != self.index
                && let Some(policies) = self.shared.ask_policies(source, digest, self.patience)?
            {
                return self.keep(&policies);
            }
        }
        Ok(())
    }

    /// A batch of what it lacks, from a member that has it.
    fn fill(&mut self) -> Result<(), Fault> {
        self.find_end()?;
        let (next, mut why) = (self.at.next(), None);
        let follows = |lines: &[Line]| lines.first().map(Line::seq) == Some(next);
        if !follows(&self.read) {
            self.read.clear();
            for source in self.shared.sources(next) {
                match self.shared.ask_lines(source, next, BATCH, self.patience) {
                    Ok(lines) if follows(&lines) => {
                        self.read = lines;
                        break;
                    }
                    Ok(_) => {}
                    Err(error) => why = Some(error),
                }
            }
        }
        if !self.read.is_empty() {
            self.append(self.read.clone())?;
            self.read.clear();
            return Ok(());
        }
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        // FAIL CLOSED: nothing is written after what is missing.
        Err(StoreError::new(format_args!("no store gives record {next}, which it lacks{why}"))
            .into())
    }

    fn took(&mut self, is_last: bool) {
        self.again = None;
        let news = self.report(|member, is_whole| {
            member.fault = None;
            member.since = Some(Instant::now());
            let told_at = member.told_at.take_if(|_| is_last || is_whole)?;
            Some((told_at, member.at.next()))
        });
        if let Some((from, to)) = news {
            News::Filled { store: self.index + 1, records: to - from }.tell();
        }
    }

    fn failed(&mut self, round: u64, why: &StoreError) {
        self.again = Instant::now().checked_add(AGAIN);
        let durable = self.shared.look(|state| state.end().next);
        let news = self.report(|member, _| {
            member.fault = Some(why.to_string());
            member.failed_in = round;
            member.tell().then(|| durable.saturating_sub(member.at.next()))
        });
        if let Some(behind) = news {
            News::Fails { store: self.index + 1, behind, why: why.to_string() }.tell();
        }
    }

    /// Tells the others where the store is.
    fn report<T>(&self, change: impl FnOnce(&mut Member, bool) -> Option<T>) -> Option<T> {
        self.shared.change(|state| {
            let (offered, durable) = (state.offered.next(), state.end().next);
            let member = state.members.get_mut(self.index)?;
            member.at = self.at.clone();
            let lost = self.unanswered.as_ref().and_then(|lines| lines.last());
            member.given = lost.map_or(0, |line| line.seq() + 1).max(self.at.next());
            let changed = change(member, self.at.next() >= offered);
            let every = state.members.iter().filter(|member| !member.is_out);
            let every = every.map(|member| member.at.next()).min().unwrap_or(durable);
            state.tail.trim(every, durable);
            changed
        })
    }
}
