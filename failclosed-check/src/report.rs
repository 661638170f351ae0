//! The same findings, for people, for programs, for code scanning, for annotations of a pull request.

pub mod github;
pub mod human;
pub mod json;
pub mod sarif;

use crate::{rules::Rule, run::Report};

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// For a terminal.
    #[default]
    Human,
    /// Its schema is in `schema/report-1.schema.json`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
}

/// The report in that form.
pub fn render(report: &Report, format: Format, colour: bool) -> String {
    match format {
        Format::Human => human::render(report, colour),
        Format::Json => pretty(&json::value(report)),
        Format::Sarif => pretty(&sarif::value(report)),
        Format::Github => github::render(report),
    }
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// The ways out.
pub(crate) fn help(rule: &Rule) -> String {
    match rule.id {
        "FC0101" | "FC0102" | "FC0105" => format!(
            "guard it: `#[requires_permission(..)]`\n\
             or take the proof of an allow as a parameter: `&Permit<'_, A>`\n\
             or say why not: `// failclosed: allow({}, reason = \"..\")`",
            rule.id
        ),
        id => format!("`cargo failclosed explain {id}` shows the right way"),
    }
}

/// What was left out, one line each.
pub(crate) fn excluded(report: &Report) -> Vec<String> {
    let lines = report.excluded.iter();
    lines.map(|one| format!("note: `{}` is not followed: {}", one.package, one.reason)).collect()
}

/// One line of numbers.
pub(crate) fn summary(report: &Report) -> String {
    let mut parts = Vec::new();
    for (name, counts) in &report.builds {
        parts.push(format!(
            "build {name}: {} effects: {} guarded, {} unguarded, {} not reached; {} guards; {} entry points",
            counts.effects, counts.guarded, counts.unguarded, counts.unreached, counts.guards, counts.entries
        ));
    }
    let found = report.findings.len();
    let mut last = format!("{found} finding{}", if found == 1 { "" } else { "s" });
    for (count, what) in [
        (report.allowed, "allowed"),
        (report.known, "in the baseline"),
        (report.unchanged, "in files that did not change"),
    ] {
        if count > 0 {
            last.push_str(&format!(", {count} more {what}"));
        }
    }
    if report.builds.is_empty() {
        last.push_str("; nothing was built, so no effect was looked for");
    }
    parts.push(last);
    parts.push(excluded(report).join("\n"));
    parts.retain(|part| !part.is_empty());
    parts.extend(report.limits.iter().map(|limit| format!("note: {limit}")));
    parts.join("\n")
}
