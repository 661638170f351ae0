//! A log as a table.

use std::error::Error;

use failclosed_runtime::audit::Record;
use serde::Serialize;

use crate::log::text::time;

const HEADS: [&str; 42] = [
    "seq",
    "id",
    "host",
    "pid",
    "program",
    "unsynced",
    "time",
    "at_ms",
    "record",
    "call",
    "agent",
    "person",
    "delegated_by",
    "action",
    "verdict",
    "cause",
    "reason",
    "detail",
    "rule",
    "decision_id",
    "version",
    "policies",
    "danger",
    "self_check",
    "approval_question",
    "approval_through",
    "approval_by",
    "site",
    "function",
    "took_us",
    "approver_us",
    "digest",
    "question_bytes",
    "question",
    "outcome",
    "permit_us",
    "elapsed_us",
    "outcomes",
    "cut_bytes",
    "cut_sha256",
    "prev",
    "hash",
];

pub(super) fn heading() -> String {
    HEADS.join(",")
}

pub(super) fn row(record: &Record) -> Result<String, Box<dyn Error>> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let approval = record.approval.as_ref();
    let cells: [String; HEADS.len()] = [
        record.seq.to_string(),
        text(&record.id),
        text(&record.host),
        record.pid.map(|pid| pid.to_string()).unwrap_or_default(),
        text(&record.program),
        text(&record.unsynced),
        time(record.at_ms),
        record.at_ms.to_string(),
        format!("{:?}", record.record).to_lowercase(),
        text(&record.call),
        text(&record.agent),
        text(&record.person),
        list(&record.delegated_by)?,
        text(&record.action),
        text(&record.verdict),
        text(&record.cause),
        text(&record.reason),
        text(&record.detail),
        text(&record.rule),
        text(&record.decision_id),
        text(&record.version),
        list(&record.policies)?,
        text(&record.danger),
        if record.self_check { "true".to_owned() } else { String::new() },
        approval.map(|approval| approval.question.clone()).unwrap_or_default(),
        approval.map(|approval| approval.through.clone()).unwrap_or_default(),
        approval.and_then(|approval| approval.by.clone()).unwrap_or_default(),
        text(&record.site),
        text(&record.function),
        number(record.took_us),
        number(record.approver_us),
        text(&record.digest),
        number(record.question_bytes),
        record.question.as_ref().map(|question| question.get().to_owned()).unwrap_or_default(),
        text(&record.outcome),
        number(record.permit_us),
        number(record.elapsed_us),
        number(record.outcomes),
        number(record.cut_bytes),
        text(&record.cut_sha256),
        record.prev.clone(),
        record.hash.clone(),
    ];
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.map(harmless))?;
    let mut row = String::from_utf8(writer.into_inner()?)?;
    // The line's end is put there by whoever writes lines.
    row.truncate(row.trim_end_matches(['\r', '\n']).len());
    Ok(row)
}

/// As JSON: an agent's name may have any sign in it that could stand between two. Empty for nobody.
fn list(parts: &[impl Serialize]) -> Result<String, serde_json::Error> {
    if parts.is_empty() { Ok(String::new()) } else { serde_json::to_string(parts) }
}

/// A spreadsheet takes a cell that begins like this for a formula, and an agent chose some of the
/// texts.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}
