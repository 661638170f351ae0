//! For a terminal, as rustc would say it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{help, summary};
use crate::{
    finding::{Finding, Place, Severity},
    run::Report,
};

/// Width of the text, in columns.
const WIDTH: usize = 80;

pub(super) fn render(report: &Report, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(WIDTH);
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&one(report, finding, &renderer));
        out.push_str("\n\n");
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

fn one(report: &Report, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.rule.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut notes = vec![(finding.place.clone(), finding.label.clone(), true)];
    for (at, hop) in finding.hops.iter().enumerate() {
        notes.push((hop.place.clone(), format!("{}. {}", at + 1, hop.text), false));
    }
    // One piece of source for each file; the finding's own is first.
    let mut files: Vec<&str> = Vec::new();
    for (place, ..) in &notes {
        if !files.contains(&place.file.as_str()) {
            files.push(&place.file);
        }
    }
    let mut group: Group<'_> =
        Group::with_title(level.primary_title(finding.message.as_str()).id(finding.rule.id));
    let mut unseen = Vec::new();
    for file in files {
        let here = notes.iter().filter(|(place, ..)| place.file == file);
        let Some(text) = report.sources.get(file) else {
            unseen.extend(here.map(|(place, label, _)| format!("{place}: {label}")));
            continue;
        };
        let mut snippet = Snippet::source(text.as_str()).path(file).fold(true);
        for (place, label, primary) in here {
            let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            snippet = snippet.annotation(kind.span(range(text, place)).label(label.as_str()));
        }
        group = group.element(snippet);
    }
    for note in unseen.iter().chain(&finding.notes) {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    let way_out = help(finding.rule);
    group = group.element(Level::HELP.message(way_out.as_str()));
    renderer.render(&[group])
}

/// The bytes of a place; of its first line alone, where it is longer.
fn range(text: &str, place: &Place) -> Range<usize> {
    let start = offset(text, place.line, place.column);
    let end = if place.end_line == place.line {
        offset(text, place.end_line, place.end_column)
    } else {
        let rest = text.get(start..).unwrap_or_default();
        start + rest.find('\n').unwrap_or(rest.len())
    };
    start..end.max(start)
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(nth) => text.match_indices('\n').nth(nth).map_or(text.len(), |(at, _)| at + 1),
    };
    let rest = text.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}
