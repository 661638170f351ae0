//! `log explain`: all that is recorded about one call.

use std::io::Write;

use failclosed_runtime::audit::{Kind, Record};
use serde_json::value::RawValue;

use super::{
    Output, Place, Refusal, absent, read,
    text::{Look, Question, lasted, time, wrapped},
};

pub(super) fn run(log: &Place, id: &str, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    // First whose call it is: a record may be asked for by another id than its outcome has.
    let mut call = None;
    let whole = read(log, |record| {
        let named = [&record.call, &record.decision_id].iter().any(|x| x.as_deref() == Some(id));
        if call.is_none() && (named || record.seq.to_string() == id) {
            call = Some((record.call.clone(), record.seq));
        }
    })?;
    let Some((call, seq)) = call else {
        return Err(absent(id, &whole));
    };
    let (mut story, mut told) = (Story::of(log), false);
    read(log, |record| {
        let of_call = call.is_some() && record.call == call;
        if of_call || record.seq == seq {
            if told {
                out.line("");
            }
            told = true;
            story.tell(record, out);
        }
    })?;
    Ok(0)
}

/// What is told of a call, record by record.
struct Story<'l> {
    log: &'l Place,
    columns: usize,
    /// How long it took to come to the answer.
    took_us: Option<u64>,
}

impl<'l> Story<'l> {
    fn of(log: &'l Place) -> Self {
        Self { log, columns: Look::of_stdout().columns, took_us: None }
    }

    /// Whether the decision could be made again from what is kept, and why not.
    fn again(&self, record: &Record) -> Option<String> {
        if record.record != Kind::Decision {
            return None;
        }
        let Some(question) = &record.question else {
            return Some("no: the question is not here".to_owned());
        };
        if question.get().contains("\"masked:") {
            return Some("no: an argument is masked".to_owned());
        }
        if record.policies.is_empty() {
            return Some("no: the authority's policies are not known here".to_owned());
        }
        let kept = |digest: &String| match self.log.policies(digest) {
            Ok(Some(_)) => None,
            Ok(None) => Some(format!("no: the policies {digest} are not kept")),
            // FAIL CLOSED: what was changed decides nothing.
            Err(why) => Some(format!("no: {why}")),
        };
        let fault = record.policies.iter().find_map(kept);
        Some(fault.unwrap_or_else(|| {
            "with the policies in `policies/`, and the entities of that time".to_owned()
        }))
    }

    fn tell(&mut self, record: &Record, out: &mut Output<impl Write>) {
        let kind = format!("{:?}", record.record).to_lowercase();
        out.line(&format!("{kind}, record {}, {}", record.seq, time(record.at_ms)));
        self.took_us = record.took_us.or(self.took_us);
        let log_us = record.permit_us.zip(self.took_us).map(|(all, took)| all.saturating_sub(took));
        for (name, value) in members(record, log_us, self.again(record)) {
            let Some(value) = value else { continue };
            for (at, part) in wrapped(&value, self.columns - 14).iter().enumerate() {
                out.line(&format!("  {:<11} {part}", if at == 0 { name } else { "" }));
            }
        }
    }
}

/// Each with its name; `None` where there is nothing to tell.
fn members(
    record: &Record,
    log_us: Option<u64>,
    again: Option<String>,
) -> [(&'static str, Option<String>); 36] {
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
    let by = record.program.as_ref().map(|program| {
        let (host, pid) = (record.host.as_deref().unwrap_or("?"), record.pid.unwrap_or_default());
        format!("{program}, process {pid} on {host}")
    });
    let policies = (!record.policies.is_empty()).then(|| record.policies.join(" "));
    let approver = record.approver_us.map(|took| format!("in {} of that", lasted(took)));
    [
        ("id", record.id.clone()),
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
        ("policies", policies),
        ("danger", record.danger.clone()),
        ("approval", approval),
        ("answered", record.took_us.map(|took| format!("in {}", lasted(took)))),
        ("approver", approver),
        ("function", record.function.clone()),
        ("asked at", record.site.clone()),
        ("digest", record.digest.clone()),
        ("bytes", number(record.question_bytes)),
        ("outcome", record.outcome.clone()),
        ("after", record.elapsed_us.map(lasted)),
        ("log", log_us.map(|took| format!("took the decision in {}", lasted(took)))),
        ("decide again", again),
        ("written by", by),
        ("unsynced", record.unsynced.clone()),
        ("lost", number(record.outcomes)),
        ("cut bytes", number(record.cut_bytes)),
        ("cut sha256", record.cut_sha256.clone()),
    ]
}
