//! Annotations of a GitHub workflow: one line each.

use super::summary;
use crate::{finding::Severity, run::Report};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let command = match finding.rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let place = &finding.place;
        let way: Vec<String> = finding
            .hops
            .iter()
            .enumerate()
            .map(|(at, hop)| format!("\n{}. {} ({})", at + 1, hop.text, hop.place))
            .collect();
        let text = format!("{}: {}{}", finding.message, finding.label, way.concat());
        out.push_str(&format!(
            "::{command} file={},line={},col={},title={}::{}\n",
            property(&place.file),
            place.line,
            place.column,
            property(finding.rule.id),
            escaped(&text),
        ));
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

/// What would end the line, or the command.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
