//! `log stats`: how often what was decided.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use failclosed_runtime::{
    audit::{Kind, Record},
    cedar::rules,
};

use super::{
    Output, Place, Refusal, begins, left, read,
    text::{cell, line, of},
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
    let (mut fired, mut last) = (BTreeSet::new(), Vec::new());
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
        // Several may have decided together.
        for rule in record.rule.iter().flat_map(|rules| rules.split("; ")) {
            if fired.len() < MAX_NAMES && !fired.contains(rule) {
                fired.insert(rule.to_owned());
            }
        }
        if !record.policies.is_empty() && record.policies != last {
            last.clone_from(&record.policies);
        }
        lost = lost.saturating_add(record.outcomes.unwrap_or(0));
    })?;
    let (records, checks) = (of("record", left(&whole)), of("self check", checks));
    out.line(&format!("{records}, of them {checks}; {} lost", of("outcome", lost)));
    if let Some(removed) = whole.removed {
        out.line(&begins(removed));
    }
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
    last.iter().for_each(|digest| never_fired(log, digest, &fired, out));
    Ok(0)
}

/// The rules of the last policies that decided nothing: as often as not, they say something else than was
/// meant.
fn never_fired(log: &Place, digest: &str, fired: &BTreeSet<String>, out: &mut Output<impl Write>) {
    let rules = match log.policies(digest) {
        Ok(Some(policies)) => rules(&policies).map_err(|why| why.to_string()),
        Ok(None) => Err("they are not kept here".to_owned()),
        Err(why) => Err(why.to_string()),
    };
    match rules {
        Ok(rules) => {
            let silent: Vec<_> = rules.iter().filter(|rule| !fired.contains(&***rule)).collect();
            if !silent.is_empty() {
                out.line("\nrules of the last policies that decided nothing");
            }
            silent.iter().for_each(|rule| out.line(&format!("         0  {}", cell(rule, 68))));
        }
        Err(why) => {
            let why = line(&why);
            out.line(&format!("\nthe rules of the last policies are not known: {why}"));
        }
    }
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
