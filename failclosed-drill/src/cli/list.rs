//! `list`: the table.

use std::{fmt::Write, process::ExitCode};

use failclosed_drill::{Cause, Drill, Expect, Format, drills};
use lexopt::{
    Arg::{Long, Short, Value},
    Parser,
};
use serde_json::json;

use super::{Failed, format, print, unknown};

pub(super) fn main(mut parser: Parser) -> Result<ExitCode, Failed> {
    let mut kind = Format::Behalf;
    let mut as_json = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("format") => kind = format(&mut parser)?,
            Long("json") => as_json = true,
            other @ (Short(_) | Long(_) | Value(_)) => return Err(unknown(other)),
        }
    }
    let all = drills(kind);
    if as_json {
        let rows: Vec<_> = all.iter().map(row).collect();
        print(&json!(rows).to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for drill in &all {
        let mark = if drill.strict { "*" } else { "" };
        let id = format!("{}{mark}", drill.id);
        let expected = names(&drill.rounds, Expect::name, ", ");
        let causes = names(&drill.causes, Cause::name, " or ");
        let group = drill.group.name();
        let title = &drill.title;
        let _ = writeln!(text, "{id:<20} {group:<10} {expected:<16} {title}  [{causes}]");
    }
    let adverse = all.iter().filter(|drill| drill.is_adverse()).count();
    let controls = all.iter().filter(|drill| drill.is_control()).count();
    let _ = write!(text, "\n{kind}: {adverse} adverse, {controls} controls, {} in all", all.len());
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn row(drill: &Drill) -> serde_json::Value {
    json!({
        "drill": drill.id,
        "title": drill.title,
        "group": drill.group.name(),
        "strict": drill.strict,
        "adverse": drill.is_adverse(),
        "expected": drill.rounds.iter().copied().map(Expect::name).collect::<Vec<_>>(),
        "causes": drill.causes.iter().copied().map(Cause::name).collect::<Vec<_>>(),
    })
}

fn names<T: Copy>(of: &[T], name: fn(T) -> &'static str, between: &str) -> String {
    of.iter().copied().map(name).collect::<Vec<_>>().join(between)
}
