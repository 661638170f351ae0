//! `log show`: a line of 80 columns for each record.

use std::{io::Write, path::Path};

use failclosed_runtime::audit::Record;

use super::{
    Output, Refusal,
    filter::Filter,
    read,
    text::{cell, time},
};

pub(super) fn run(
    directory: &Path,
    filter: &Filter,
    out: &mut Output<impl Write>,
) -> Result<u8, Refusal> {
    out.line(row("TIME", "WHAT", "AGENT", "ACTION", "WHY").trim_end());
    read(directory, |record| {
        if filter.takes(record) {
            out.line(shown(record).trim_end());
        }
    })?;
    Ok(0)
}

fn row(time: &str, what: &str, agent: &str, action: &str, why: &str) -> String {
    let (time, what, agent) = (cell(time, 20), cell(what, 8), cell(agent, 12));
    format!("{time} {what} {agent} {} {}", cell(action, 16), cell(why, 20))
}

fn shown(record: &Record) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let counted = |count: Option<u64>, what| count.map(|count| format!("{count} {what}"));
    let what =
        record.verdict.clone().unwrap_or_else(|| format!("{:?}", record.record).to_lowercase());
    let why = record.danger.as_ref().map(|danger| format!("DANGER {danger}"));
    let why = why.or_else(|| record.cause.clone()).or_else(|| record.outcome.clone());
    let why = why.or_else(|| record.rule.clone());
    let why = why.or_else(|| counted(record.outcomes, "outcomes lost"));
    let why = why.or_else(|| counted(record.cut_bytes, "bytes cut off"));
    let (agent, action) = (or_none(&record.agent), or_none(&record.action));
    row(&time(record.at_ms), &what, &agent, &action, &or_none(&why))
}
