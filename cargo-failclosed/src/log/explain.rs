//! `log explain`: all that is recorded about one call.

use std::io::Write;

use failclosed_runtime::audit::Record;
use serde_json::value::RawValue;

use super::{
    Output, Place, Refusal, read,
    text::{Look, Question, lasted, line, time, wrapped},
};

pub(super) fn run(log: &Place, id: &str, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    // First whose call it is: a record may be asked for by another id than its outcome has.
    let mut call = None;
    read(log, |record| {
        let named = [&record.call, &record.decision_id].iter().any(|x| x.as_deref() == Some(id));
        if call.is_none() && (named || record.seq.to_string() == id) {
            call = Some((record.call.clone(), record.seq));
        }
    })?;
    let Some((call, seq)) = call else {
        return Err(Refusal::undecided(format!(
            "nothing is recorded about `{}`\nhelp: `log show` lists what is",
            line(id)
        )));
    };
    let (columns, mut told) = (Look::of_stdout().columns, false);
    read(log, |record| {
        let of_call = call.is_some() && record.call == call;
        if of_call || record.seq == seq {
            if told {
                out.line("");
            }
            told = true;
            tell(record, columns, out);
        }
    })?;
    Ok(0)
}

fn tell(record: &Record, columns: usize, out: &mut Output<impl Write>) {
    let kind = format!("{:?}", record.record).to_lowercase();
    out.line(&format!("{kind}, record {}, {}", record.seq, time(record.at_ms)));
    let approval = record.approval.as_ref().map(|approval| {
        let by = approval.by.as_deref().unwrap_or("a person who is not named");
        let (through, question) = (&approval.through, &approval.question);
        let before = approval
            .remembered
            .as_ref()
            .map(|yes| format!(", remembered from call {} at {}", yes.call, time(yes.at_ms)));
        let before = before.unwrap_or_default();
        format!("by {by}, through {through}, to question {question}{before}")
    });
    // In quotes: an id that has the sign between two in it must not read as two.
    let delegators: Vec<_> =
        record.delegated_by.iter().map(|by| format!("{:?}", by.agent)).collect();
    let delegators = (!delegators.is_empty()).then(|| delegators.join(" > "));
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let question = Question::of(record);
    let part = |part: fn(&Question) -> Option<String>| question.as_ref().and_then(part);
    let text = |json: &Option<Box<RawValue>>| json.as_ref().map(|json| json.get().to_owned());
    let whole = record.question.as_ref().filter(|_| question.is_none());
    let members = [
        ("call", record.call.clone()),
        ("agent", record.agent.clone()),
        ("person", record.person.clone()),
        ("delegators", delegators),
        ("action", record.action.clone()),
        ("resource", part(Question::resource)),
        ("arguments", question.as_ref().and_then(|question| text(&question.arguments))),
        (
            "context",
            question.as_ref().and_then(|question| text(&question.context)).filter(|x| x != "{}"),
        ),
        ("question", whole.map(|question| question.get().to_owned())),
        ("self check", record.self_check.then(|| "no body is behind it".to_owned())),
        ("verdict", record.verdict.clone()),
        ("cause", record.cause.clone()),
        ("reason", record.reason.clone()),
        ("detail", record.detail.clone()),
        ("rule", record.rule.clone()),
        ("decision id", record.decision_id.clone()),
        ("version", record.version.clone()),
        ("danger", record.danger.clone()),
        ("approval", approval),
        ("answered", record.took_us.map(|took| format!("in {}", lasted(took)))),
        ("asked at", record.site.clone()),
        ("digest", record.digest.clone()),
        ("bytes", number(record.question_bytes)),
        ("outcome", record.outcome.clone()),
        ("after", record.elapsed_us.map(lasted)),
        ("lost", number(record.outcomes)),
        ("cut bytes", number(record.cut_bytes)),
        ("cut sha256", record.cut_sha256.clone()),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            for (at, part) in wrapped(&value, columns - 14).iter().enumerate() {
                out.line(&format!("  {:<11} {part}", if at == 0 { name } else { "" }));
            }
        }
    }
}
