//! `log stats`: how often what was decided.

use std::{collections::BTreeMap, io::Write};

use failclosed_runtime::audit::{Kind, Record};

use super::{
    Output, Place, Refusal, read,
    text::{cell, of},
};

/// More names than this of one sort are counted together: agents choose some of them, and must not
/// fill the memory of whoever counts.
const MAX_NAMES: usize = 10_000;

#[derive(Default)]
struct Count {
    names: BTreeMap<String, u64>,
    others: u64,
}

impl Count {
    fn add(&mut self, name: Option<&str>) {
        let Some(name) = name else { return };
        if let Some(count) = self.names.get_mut(name) {
            *count += 1;
        } else if self.names.len() < MAX_NAMES {
            self.names.insert(name.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }
}

pub(super) fn run(log: &Place, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    let mut counts: [(&str, Count); 6] =
        ["verdict", "action", "cause", "rule", "agent", "outcome"].map(|of| (of, Count::default()));
    let (mut lost, mut checks) = (0_u64, 0_u64);
    // Nothing is shown before the log is known to be whole: a sum over a part of it would mislead.
    let whole = read(log, |record| {
        // Nobody did what a self check asks for: its answers would hide what agents are answered.
        if record.self_check {
            checks += 1;
            return;
        }
        for (of, count) in &mut counts {
            count.add(member(record, of));
        }
        lost = lost.saturating_add(record.outcomes.unwrap_or(0));
    })?;
    let (records, checks) = (of("record", whole.records), of("self check", checks));
    out.line(&format!("{records}, of them {checks}; {} lost", of("outcome", lost)));
    for (of, Count { names, others }) in &counts {
        let mut names: Vec<_> = names.iter().collect();
        names.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        if !names.is_empty() {
            out.line(&format!("\nby {of}"));
        }
        for (name, count) in names {
            out.line(format!("{count:>10}  {}", cell(name, 68)).trim_end());
        }
        if *others > 0 {
            out.line(&format!("{others:>10}  (others)"));
        }
    }
    Ok(0)
}

fn member<'a>(record: &'a Record, of: &str) -> Option<&'a str> {
    let member = match of {
        "verdict" => &record.verdict,
        // An outcome names its action again: counted once for each decision.
        "action" if record.record == Kind::Decision => &record.action,
        "cause" => &record.cause,
        "rule" => &record.rule,
        "agent" => &record.agent,
        "outcome" => &record.outcome,
        _ => return None,
    };
    member.as_deref()
}
