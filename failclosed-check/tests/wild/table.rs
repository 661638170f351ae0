//! What came out, for the guide.

use crate::{Tally, Tried};

pub(crate) fn of(all: &[Tried]) -> String {
    let mut out = String::from(
        "| program | what | found | missed | false |\n| --- | --- | --- | --- | --- |\n",
    );
    let mut reasons = String::new();
    for one in all {
        let program = &one.program;
        let name = format!("`{}` {}, {}", program.name, program.version, program.kind);
        out.push_str(&row(&format!("{name}, {} lines", one.lines), "effects", &one.published));
        let what = format!("ways around {} guards of {} effects", one.guards, one.guarded);
        out.push_str(&row("", &what, &one.planted));
        for (kind, tally) in [("missed", &one.published), ("missed", &one.planted)] {
            for (what, why) in &tally.missed {
                reasons.push_str(&format!("| `{}` | {kind} | {what} | {why} |\n", program.name));
            }
        }
        for (what, why) in &one.published.harmless {
            reasons.push_str(&format!("| `{}` | false | {what} | {why} |\n", program.name));
        }
    }
    format!("{out}\n| program | said | where | why |\n| --- | --- | --- | --- |\n{reasons}")
}

fn row(program: &str, what: &str, tally: &Tally) -> String {
    let (missed, harmless) = (tally.missed.len(), tally.harmless.len());
    format!("| {program} | {what} | {} | {missed} | {harmless} |\n", tally.found)
}
