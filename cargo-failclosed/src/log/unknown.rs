//! `log unknown`: allowed calls of which no end is recorded.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
};

use failclosed_runtime::audit::Kind;

use super::{
    Output, Place, Refusal, read,
    text::{cell, line, of, time, who},
};

pub(super) fn run(log: &Place, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    // As large as there are calls open at one time, not as the log.
    let mut open: HashMap<String, (u64, String)> = HashMap::new();
    let mut lost = 0_u64;
    read(log, |record| {
        lost = lost.saturating_add(record.outcomes.unwrap_or(0));
        let Some(call) = &record.call else { return };
        let allowed = record.record == Kind::Decision && record.verdict.as_deref() == Some("allow");
        // Behind a self check there is no body, whatever it was answered.
        if allowed && !record.self_check {
            let action = record.action.as_deref().unwrap_or_default();
            let (who, what) = (cell(&who(record), 17), cell(action, 18));
            let row = format!("{}  {who}  {what}", time(record.at_ms));
            open.insert(call.clone(), (record.seq, row));
        } else {
            open.remove(call);
        }
    })?;
    let count = open.len();
    let in_order: BTreeMap<_, _> =
        open.into_iter().map(|(call, (seq, row))| (seq, (row, call))).collect();
    if count > 0 {
        let (time, who, what) = (cell("TIME", 20), cell("WHO", 17), cell("WHAT", 18));
        out.line(&format!("{time}  {who}  {what}  CALL"));
    }
    for (row, call) in in_order.values() {
        out.line(&format!("{row}  {}", line(call)));
    }
    let (calls, outcomes) = (of("allowed call", count as u64), of("outcome", lost));
    out.line(&format!("{calls} without an outcome; {outcomes} lost"));
    Ok(u8::from(count > 0))
}
