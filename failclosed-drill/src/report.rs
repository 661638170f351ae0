//! What came of it.

use std::time::Duration;

use serde::Serialize;

use crate::{
    drill::{Cause, Drill, Expect},
    format::Format,
    run::Verdict,
    server::Seen,
};

mod render;

/// What a client did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The body ran.
    Executed,
    /// It did not.
    Refused,
    /// No verdict within four deadlines.
    Hung,
    /// It ended without a verdict. The body did not run, as far as anybody knows.
    Crashed,
    /// The drill says nothing about this client.
    NotApplicable,
}

impl Outcome {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Refused => "refused",
            Self::Hung => "hung",
            Self::Crashed => "crashed",
            Self::NotApplicable => "n/a",
        }
    }

    fn is(self, expected: Expect) -> bool {
        match (expected, self) {
            (_, Self::NotApplicable)
            | (Expect::Execute, Self::Executed)
            | (Expect::Refuse, Self::Refused | Self::Crashed)
            | (Expect::Either, Self::Executed | Self::Refused | Self::Crashed) => true,
            (Expect::Execute, Self::Refused | Self::Crashed | Self::Hung)
            | (Expect::Refuse, Self::Executed | Self::Hung)
            | (Expect::Either, Self::Hung) => false,
        }
    }
}

/// One question of a drill and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Round {
    /// What the client did.
    pub outcome: Outcome,
    /// Why, in its words.
    pub cause: String,
    /// How long it took.
    pub took: Duration,
}

impl Round {
    pub(crate) fn new(outcome: Outcome, cause: String, took: Duration) -> Self {
        Self { outcome, cause, took }
    }

    pub(crate) fn of(verdict: Verdict, took: Duration) -> Self {
        let outcome = if verdict.executed { Outcome::Executed } else { Outcome::Refused };
        Self::new(outcome, verdict.cause, took)
    }
}

/// One drill and what came of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Row {
    /// The drill.
    pub drill: Drill,
    /// Its questions, in turn; none where it is not applicable.
    pub rounds: Vec<Round>,
    /// What the server saw.
    pub seen: Seen,
    /// Why it is not applicable.
    pub note: &'static str,
}

impl Row {
    pub(crate) fn new(drill: &Drill, rounds: Vec<Round>, seen: Seen) -> Self {
        Self { drill: drill.clone(), rounds, seen, note: "" }
    }

    pub(crate) fn not_applicable(drill: &Drill, note: &'static str) -> Self {
        Self { drill: drill.clone(), rounds: Vec::new(), seen: Seen::default(), note }
    }

    /// The round that says most: the first that was not as expected, else the last to be refused.
    fn telling(&self) -> Option<&Round> {
        let mut expected = self.rounds.iter().zip(&self.drill.rounds);
        expected
            .find(|(round, expected)| !round.outcome.is(**expected))
            .map(|(round, _)| round)
            .or_else(|| self.rounds.iter().rev().find(|round| round.outcome != Outcome::Executed))
            .or_else(|| self.rounds.last())
    }

    /// What the client did, where it matters most.
    pub fn outcome(&self) -> Outcome {
        self.telling().map_or(Outcome::NotApplicable, |round| round.outcome)
    }

    /// Why, in the client's words.
    pub fn cause(&self) -> &str {
        self.telling().map_or(self.note, |round| round.cause.as_str())
    }

    /// How long its slowest question took.
    pub fn took(&self) -> Duration {
        self.rounds.iter().map(|round| round.took).max().unwrap_or_default()
    }

    /// Whether the client did what a correct client does.
    pub fn passed(&self) -> bool {
        let applicable = self.rounds.len() == self.drill.rounds.len() || self.rounds.is_empty();
        applicable
            && self
                .rounds
                .iter()
                .zip(&self.drill.rounds)
                .all(|(round, want)| round.outcome.is(*want))
    }

    /// Whether the client named one of the causes a precise client names. `None` where there is
    /// nothing to name.
    pub fn is_precise(&self) -> Option<bool> {
        let causes: &[Cause] = &self.drill.causes;
        let refused = matches!(self.outcome(), Outcome::Refused | Outcome::Crashed);
        (refused && !causes.is_empty())
            .then(|| causes.iter().any(|cause| cause.is_named_by(self.cause())))
    }
}

/// The result of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    totals: Totals,
    passed: bool,
    /// The format that was spoken.
    pub format: Format,
    /// The deadline the client was told.
    pub deadline: Duration,
    /// One row a drill, in the order of the table.
    pub rows: Vec<Row>,
}

/// The numbers of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Adverse drills that apply to the client.
    pub adverse: usize,
    /// Adverse drills it executed on: each is a way to fail open.
    pub executed: usize,
    /// Of these, drills that are wrong by a strict contract only.
    pub executed_strict: usize,
    /// Adverse drills it hung on.
    pub hung: usize,
    /// Adverse drills it refused.
    pub refused: usize,
    /// Adverse drills it crashed on.
    pub crashed: usize,
    /// Controls, and how many behaved.
    pub controls: usize,
    /// Controls that behaved.
    pub controls_passed: usize,
    /// Drills that do not apply to the client.
    pub not_applicable: usize,
    /// Refusals that there is a cause for.
    pub causes: usize,
    /// Refusals whose cause was named as a precise client names it.
    pub causes_named: usize,
    /// Connections left open in the middle of an exchange.
    pub leaked: usize,
    /// Requests that followed a redirect.
    pub redirected: usize,
    /// Requests that went to a proxy from the environment.
    pub proxied: usize,
}

impl Report {
    pub(crate) fn new(format: Format, deadline: Duration, rows: Vec<Row>) -> Self {
        let totals = Totals::of(&rows);
        // FAIL CLOSED: without a control nobody knows whether the client was there at all.
        let passed = totals.controls_passed > 0 && rows.iter().all(Row::passed);
        Self { totals, passed, format, deadline, rows }
    }

    /// Keeps only the rows this says yes to. The numbers stay those of the whole run.
    pub fn show(&mut self, wanted: impl Fn(&Row) -> bool) {
        self.rows.retain(wanted);
    }

    /// The row of a drill.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.drill.id == id)
    }

    /// Whether no adverse drill was executed or hung on, and every control behaved. A run without a
    /// control that behaved passes nothing.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// Whether every refusal that there is a cause for came with it.
    pub fn is_precise(&self) -> bool {
        self.totals.causes == self.totals.causes_named
    }

    /// The numbers.
    pub fn totals(&self) -> Totals {
        self.totals
    }
}

impl Totals {
    fn of(rows: &[Row]) -> Self {
        let mut totals = Self::default();
        for row in rows {
            totals.leaked += row.seen.leaked;
            totals.redirected += row.seen.redirected;
            totals.proxied += row.seen.proxied;
            if row.outcome() == Outcome::NotApplicable {
                totals.not_applicable += 1;
                continue;
            }
            if row.drill.is_control() {
                totals.controls += 1;
                totals.controls_passed += usize::from(row.passed());
            }
            if let Some(precise) = row.is_precise() {
                totals.causes += 1;
                totals.causes_named += usize::from(precise);
            }
            if !row.drill.is_adverse() {
                continue;
            }
            totals.adverse += 1;
            match row.outcome() {
                Outcome::Executed => {
                    totals.executed += 1;
                    totals.executed_strict += usize::from(row.drill.strict);
                }
                Outcome::Hung => totals.hung += 1,
                Outcome::Refused => totals.refused += 1,
                Outcome::Crashed => totals.crashed += 1,
                Outcome::NotApplicable => {}
            }
        }
        totals
    }
}
