//! A log as a table.

use std::error::Error;

use failclosed_runtime::audit::Record;

use crate::log::text::time;

const HEADS: [&str; 32] = [
    "seq",
    "time",
    "at_ms",
    "record",
    "call",
    "agent",
    "person",
    "action",
    "verdict",
    "cause",
    "reason",
    "detail",
    "rule",
    "decision_id",
    "version",
    "danger",
    "self_check",
    "approval_question",
    "approval_through",
    "approval_by",
    "site",
    "took_us",
    "digest",
    "question_bytes",
    "question",
    "outcome",
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
        time(record.at_ms),
        record.at_ms.to_string(),
        format!("{:?}", record.record).to_lowercase(),
        text(&record.call),
        text(&record.agent),
        text(&record.person),
        text(&record.action),
        text(&record.verdict),
        text(&record.cause),
        text(&record.reason),
        text(&record.detail),
        text(&record.rule),
        text(&record.decision_id),
        text(&record.version),
        text(&record.danger),
        if record.self_check { "true".to_owned() } else { String::new() },
        approval.map(|approval| approval.question.clone()).unwrap_or_default(),
        approval.map(|approval| approval.through.clone()).unwrap_or_default(),
        approval.and_then(|approval| approval.by.clone()).unwrap_or_default(),
        text(&record.site),
        number(record.took_us),
        text(&record.digest),
        number(record.question_bytes),
        record.question.as_ref().map(|question| question.get().to_owned()).unwrap_or_default(),
        text(&record.outcome),
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

/// A spreadsheet takes a cell that begins like this for a formula, and an agent chose some of the
/// texts.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}
