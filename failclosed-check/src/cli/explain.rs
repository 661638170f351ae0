//! `explain`: a rule's page.

use super::say;
use crate::{inconclusive::CheckError, rules};

pub(super) fn explain(rule: &str) -> Result<u8, CheckError> {
    let rule = rules::find(rule).ok_or_else(|| {
        CheckError::Config(format!("there is no rule `{rule}`\nhelp: `list rules` shows them"))
    })?;
    say(rule.page)?;
    Ok(0)
}
