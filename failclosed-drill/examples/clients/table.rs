//! One table for several clients.

use std::fmt::Write;

use failclosed_drill::{Report, Row};

/// A row a drill, a column a client. Without `all`, only drills that some client did not pass.
pub(crate) fn markdown(clients: &[String], reports: &[Report], all: bool) -> String {
    let mut text = String::new();
    let Some(first) = reports.first() else { return text };
    let rule = " --- |".repeat(clients.len() + 2);
    let _ = writeln!(text, "| drill | {} | {} |\n|{rule}", first.format, clients.join(" | "));
    for row in &first.rows {
        let id = row.drill.id.as_ref();
        let same: Vec<&Row> = reports.iter().filter_map(|report| report.row(id)).collect();
        if !all && same.iter().all(|row| row.passed()) {
            continue;
        }
        let mark = if row.drill.strict { "*" } else { "" };
        let _ = write!(text, "| {id}{mark} | {} |", row.drill.title.replace('|', "\\|"));
        for row in same {
            let name = row.outcome().name();
            let _ = if row.passed() {
                write!(text, " {name} |")
            } else {
                write!(text, " **{name}** |")
            };
        }
        text.push('\n');
    }
    text.push('\n');
    for (client, report) in clients.iter().zip(reports) {
        let _ = writeln!(text, "{client}, {}: {}\n", report.format, report.totals().to_line());
    }
    text
}
