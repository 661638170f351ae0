//! Which records are asked for.

use clap::Args;
use failclosed_runtime::audit::Record;
use jiff::Timestamp;

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only of this agent
    #[arg(long)]
    agent: Option<String>,
    /// Only for this person
    #[arg(long)]
    person: Option<String>,
    /// Only of this action
    #[arg(long)]
    action: Option<String>,
    /// Only with this cause
    #[arg(long)]
    cause: Option<String>,
    /// Only by this rule
    #[arg(long)]
    rule: Option<String>,
    /// Only with this text in what was asked, answered or found
    #[arg(long)]
    text: Option<String>,
    /// Only from this time on, such as 2026-01-31T12:00:00Z
    #[arg(long)]
    since: Option<Timestamp>,
    /// Only before this time
    #[arg(long)]
    until: Option<Timestamp>,
}

impl Filter {
    /// A record without a member that is asked for is not shown: whose it is, it does not say.
    pub(super) fn takes(&self, record: &Record) -> bool {
        let same = |asked: &Option<String>, found: &Option<String>| {
            asked.is_none() || asked.as_deref() == found.as_deref()
        };
        let at = i128::from(record.at_ms);
        let millis = |time: Timestamp| i128::from(time.as_millisecond());
        same(&self.agent, &record.agent)
            && same(&self.person, &record.person)
            && same(&self.action, &record.action)
            && same(&self.cause, &record.cause)
            && same(&self.rule, &record.rule)
            && self.text.as_ref().is_none_or(|text| says(record, text))
            && self.since.is_none_or(|since| at >= millis(since))
            && self.until.is_none_or(|until| at < millis(until))
    }
}

fn says(record: &Record, text: &str) -> bool {
    let question = record.question.as_ref().map(|question| question.get());
    let members = [&record.agent, &record.person, &record.action, &record.call, &record.rule];
    let more = [&record.reason, &record.detail, &record.decision_id, &record.danger];
    let members = members.into_iter().chain(more).map(Option::as_deref);
    members.chain([question]).flatten().any(|member| member.contains(text))
}
