//! `log unknown`: allowed calls of which no end is recorded.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
    path::Path,
};

use failclosed_runtime::audit::Kind;

use super::{
    Output, Refusal, read,
    text::{cell, line, time},
};

pub(super) fn run(directory: &Path, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    // As large as there are calls open at one time, not as the log.
    let mut open: HashMap<String, (u64, u64, String)> = HashMap::new();
    let mut lost = 0_u64;
    read(directory, |record| {
        lost = lost.saturating_add(record.outcomes.unwrap_or(0));
        let Some(call) = &record.call else { return };
        let allowed = record.record == Kind::Decision && record.verdict.as_deref() == Some("allow");
        if allowed {
            let action = record.action.clone().unwrap_or_default();
            open.insert(call.clone(), (record.seq, record.at_ms, action));
        } else {
            open.remove(call);
        }
    })?;
    let count = open.len();
    let in_order: BTreeMap<_, _> =
        open.into_iter().map(|(call, (seq, at, action))| (seq, (call, at, action))).collect();
    for (call, at, action) in in_order.values() {
        out.line(&format!("{} {} {}", time(*at), cell(action, 20), line(call)));
    }
    out.line(&format!("{count} allowed calls without an outcome; {lost} outcomes lost"));
    Ok(u8::from(count > 0))
}
