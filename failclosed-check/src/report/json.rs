//! For programs. The form has a version, and a schema: `schema/report-1.schema.json`.

use serde_json::{Value, json};

use crate::{
    finding::{Finding, Place},
    run::Report,
};

/// The version of the form. A change that a reader could stumble over makes it another.
pub const VERSION: u32 = 1;

/// The report.
pub fn value(report: &Report) -> Value {
    json!({
        "version": VERSION,
        "tool": { "name": "failclosed-check", "version": env!("CARGO_PKG_VERSION") },
        "exit_code": report.exit_code(),
        "builds": report.builds.iter().map(|(name, counts)| json!({
            "name": name, "counts": counts,
        })).collect::<Vec<_>>(),
        "effects": report.effects,
        "allowed": report.allowed,
        "known": report.known,
        "unchanged": report.unchanged,
        "dangers": report.dangers,
        "excluded": report.excluded,
        "limits": report.limits,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.id,
        "severity": finding.rule.severity.as_str(),
        "message": finding.message,
        "label": finding.label,
        "place": place(&finding.place),
        "inside": finding.inside,
        "sink": finding.sink,
        "effect": finding.effect,
        "callee": finding.callee,
        "path": finding.hops.iter().map(|hop| json!({
            "place": place(&hop.place), "text": hop.text,
        })).collect::<Vec<_>>(),
        "notes": finding.notes,
        "help": super::help(finding.rule),
    })
}

fn place(place: &Place) -> Value {
    json!({
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    })
}
