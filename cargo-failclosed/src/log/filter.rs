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
    /// Only of this action, or of this kind of action: `tool` has `tool:git.push` too
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
            && self.action.as_ref().is_none_or(|asked| is_of(asked, record.action.as_deref()))
            && same(&self.cause, &record.cause)
            && same(&self.rule, &record.rule)
            && self.text.as_ref().is_none_or(|text| says(record, text))
            && self.since.is_none_or(|since| at >= millis(since))
            && self.until.is_none_or(|until| at < millis(until))
    }
}

/// Whether an action has this name, or is one of the kind that has it.
fn is_of(asked: &str, action: Option<&str>) -> bool {
    let rest = action.and_then(|action| action.strip_prefix(asked));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn says(record: &Record, text: &str) -> bool {
    let question = record.question.as_ref().map(|question| question.get());
    let members = [&record.agent, &record.person, &record.action, &record.call, &record.rule];
    let more = [&record.reason, &record.detail, &record.decision_id, &record.danger];
    let members = members.into_iter().chain(more).map(Option::as_deref);
    members.chain([question]).flatten().any(|member| member.contains(text))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_kind_has_its_instances_and_nothing_else() {
        for (asked, action, is) in [
            ("tool", Some("tool"), true),
            ("tool", Some("tool:git.push"), true),
            ("tool:git.push", Some("tool:git.push"), true),
            ("tool", Some("toolbox"), false),
            ("tool:git", Some("tool:git.push"), false),
            ("tool:git.push", Some("tool"), false),
            ("tool", None, false),
        ] {
            assert_eq!(is_of(asked, action), is, "{asked} {action:?}");
        }
    }
}
