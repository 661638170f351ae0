//! `run`: a client, all drills, a report.

use std::{ffi::OsString, process::ExitCode, time::Duration};

use failclosed_drill::{Format, Report, Run};
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use super::{Failed, deadline, format, print, unknown};

#[derive(Clone, Copy)]
enum Form {
    Text,
    Markdown,
    Json,
}

pub(super) fn main(mut parser: Parser) -> Result<ExitCode, Failed> {
    let mut kind = Format::Behalf;
    let mut limit = Duration::from_millis(800);
    let mut jobs = 4;
    let (mut only, mut skip) = (Vec::<String>::new(), Vec::<String>::new());
    let (mut lines, mut failures, mut causes, mut form) = (false, false, false, Form::Text);
    let mut command: Vec<OsString> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("format") => kind = format(&mut parser)?,
            Long("deadline-ms") => limit = deadline(&mut parser)?,
            Long("jobs") => jobs = parser.value()?.parse()?,
            Long("only") => only.push(parser.value()?.string()?),
            Long("skip") => skip.push(parser.value()?.string()?),
            Long("lines") => lines = true,
            Long("failures") => failures = true,
            Long("causes") => causes = true,
            Long("json") => form = Form::Json,
            Long("markdown") => form = Form::Markdown,
            Value(program) => {
                command.push(program);
                command.extend(parser.raw_args()?);
            }
            other @ (Short(_) | Long(_)) => return Err(unknown(other)),
        }
    }
    if command.is_empty() {
        return Err("no client\nhelp: failclosed-drill run -- python3 client.py".into());
    }
    let begins =
        |ids: &[String], id: &str| ids.iter().any(|prefix| id.starts_with(prefix.as_str()));
    let run = Run::new(kind)
        .deadline(limit)
        .jobs(jobs)
        .only(|drill| (only.is_empty() || begins(&only, &drill.id)) && !begins(&skip, &drill.id));
    let report = if lines { run.lines(&command) } else { run.commands(&command) };
    let report = report.map_err(|error| format!("{}: {error}", command[0].display()))?;
    if report.rows.is_empty() {
        return Err("no drill has such an id\nhelp: failclosed-drill list".into());
    }
    let passed = report.passed() && (!causes || report.is_precise());
    let shown = if failures { not_passed(&report, causes) } else { report.clone() };
    match form {
        Form::Text => print(&shown.to_text())?,
        Form::Markdown => print(&shown.to_markdown())?,
        Form::Json => print(&report.to_json().to_string())?,
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same numbers, fewer rows.
fn not_passed(report: &Report, causes: bool) -> Report {
    let mut shown = report.clone();
    shown.show(|row| !row.passed() || (causes && row.is_precise() == Some(false)));
    shown
}
