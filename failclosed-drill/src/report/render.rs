//! A report as text, as Markdown and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Report, Row, Totals};
use crate::drill::Expect;

/// A report's columns are as wide as this many characters of a client's words.
const WORDS: usize = 60;

impl Totals {
    /// In one line.
    pub fn to_line(self) -> String {
        let Self { adverse, executed, executed_strict, hung, refused, crashed, .. } = self;
        let mut line = format!(
            "executed on {executed} of {adverse} adverse ({executed_strict} by the strict contract \
             only), hung on {hung}, refused {refused}, crashed on {crashed}; controls {} of {}",
            self.controls_passed, self.controls,
        );
        for (count, what) in [
            (self.causes_named, "causes named"),
            (self.not_applicable, "not applicable"),
            (self.redirected, "redirects followed"),
            (self.proxied, "requests to a proxy of the environment"),
            (self.leaked, "connections left open"),
        ] {
            if count > 0 {
                let _ = write!(line, "; {count} {what}");
            }
        }
        line
    }
}

impl Row {
    fn expected(&self) -> String {
        self.drill.rounds.iter().copied().map(Expect::name).collect::<Vec<_>>().join(", ")
    }

    fn got(&self) -> String {
        if self.rounds.is_empty() {
            return self.outcome().name().to_owned();
        }
        self.rounds.iter().map(|round| round.outcome.name()).collect::<Vec<_>>().join(", ")
    }

    fn id(&self) -> String {
        format!("{}{}", self.drill.id, if self.drill.strict { "*" } else { "" })
    }

    fn mark(&self) -> &'static str {
        if self.passed() { " " } else { "!" }
    }

    fn words(&self) -> String {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        self.cause().chars().map(plain).take(WORDS).collect::<String>().trim().to_owned()
    }
}

impl Report {
    /// A table for a terminal. `!` marks what a correct client does not do; `*` a drill that is
    /// wrong by a strict contract only.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "  {:<20} {:<16} {:<18} {:>6} {:>4}  {}\n",
            "drill", "expected", "got", "ms", "asks", "what goes wrong: the client's words",
        );
        for row in &self.rows {
            let words = row.words();
            let colon = if words.is_empty() { "" } else { ": " };
            let open = if row.seen.leaked > 0 { " (left its connection open)" } else { "" };
            let _ = writeln!(
                text,
                "{} {:<20} {:<16} {:<18} {:>6} {:>4}  {}{colon}{words}{open}",
                row.mark(),
                row.id(),
                row.expected(),
                row.got(),
                row.took().as_millis(),
                row.seen.requests,
                row.drill.title,
            );
        }
        let _ = writeln!(text, "\n{}: {}", self.format, self.totals().to_line());
        text
    }

    /// A Markdown table.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from(
            "| drill | what goes wrong | expected | got | ms | requests | cause |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for row in &self.rows {
            let got = if row.passed() { row.got() } else { format!("**{}**", row.got()) };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {got} | {} | {} | {} |",
                row.id(),
                cell(&row.drill.title),
                row.expected(),
                row.took().as_millis(),
                row.seen.requests,
                cell(&row.words()),
            );
        }
        let _ = writeln!(text, "\n{}: {}", self.format, self.totals().to_line());
        text
    }

    /// One JSON object: the totals, and a row a drill.
    pub fn to_json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(row_to_json).collect();
        json!({
            "format": self.format.name(),
            "deadline_ms": millis(self.deadline),
            "passed": self.passed(),
            "totals": self.totals(),
            "rows": rows,
        })
    }
}

fn row_to_json(row: &Row) -> Value {
    let rounds: Vec<Value> = row
        .rounds
        .iter()
        .map(|round| {
            json!({
                "outcome": round.outcome,
                "cause": round.cause,
                "ms": millis(round.took),
            })
        })
        .collect();
    let causes: Vec<&str> = row.drill.causes.iter().map(|cause| cause.name()).collect();
    let expected: Vec<&str> = row.drill.rounds.iter().map(|round| round.name()).collect();
    json!({
        "drill": row.drill.id,
        "title": row.drill.title,
        "group": row.drill.group.name(),
        "strict": row.drill.strict,
        "adverse": row.drill.is_adverse(),
        "expected": expected,
        "causes": causes,
        "outcome": row.outcome(),
        "passed": row.passed(),
        "precise": row.is_precise(),
        "note": row.note,
        "rounds": rounds,
        "connections": row.seen.connections,
        "requests": row.seen.requests,
        "yes_sent": row.seen.yes_sent,
        "redirected": row.seen.redirected,
        "proxied": row.seen.proxied,
        "leaked": row.seen.leaked,
    })
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
