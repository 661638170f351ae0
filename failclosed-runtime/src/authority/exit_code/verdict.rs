//! What a status and a word say together.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

use super::{ExitCode, process::Spoken};
use crate::decision::{Decision, NoDecision};

/// How much of what the program told the operator goes into a record, in characters.
const TOLD: usize = 400;

/// Reads the answer. Not one of its parts says anything alone.
///
/// # Errors
/// Everything but the two answers there are.
pub(super) fn read(status: &ExitStatus, spoken: &Spoken) -> Result<Decision, NoDecision> {
    let word = std::str::from_utf8(&spoken.answer).ok();
    let word = word.map(|word| word.strip_suffix('\n').unwrap_or(word));
    match (status.code(), word) {
        (Some(0), Some("allow")) => Ok(Decision::allow()),
        (Some(ExitCode::DENY_STATUS), Some("deny")) => {
            Ok(Decision::deny("the program that decides said no"))
        }
        (Some(ExitCode::DENY_STATUS), Some(word)) if reason(word).is_some() => {
            Ok(Decision::deny(reason(word).unwrap_or_default().to_owned()))
        }
        (Some(code @ (0 | ExitCode::DENY_STATUS)), _) => {
            // FAIL CLOSED: the status of a program that began to say something else.
            Err(NoDecision::malformed(format_args!(
                "the program exited with {code} and said {}{}",
                quoted(&spoken.answer),
                told(spoken)
            )))
        }
        (Some(code), _) => {
            // FAIL CLOSED: 1, 2, 126, 127 and the like are what a program fails with.
            Err(NoDecision::unavailable(format_args!(
                "the program exited with {code}, which is no answer{}",
                told(spoken)
            )))
        }
        (None, _) => {
            // FAIL CLOSED: whatever it had said by then, it did not end by itself.
            let signal = status.signal().map_or_else(String::new, |signal| format!(" {signal}"));
            Err(NoDecision::unavailable(format_args!(
                "the program was ended by a signal{signal}{}",
                told(spoken)
            )))
        }
    }
}

fn reason(word: &str) -> Option<&str> {
    word.strip_prefix("deny: ").filter(|reason| !reason.trim().is_empty())
}

fn told(spoken: &Spoken) -> String {
    match spoken.noise.is_empty() {
        true => String::new(),
        false => format!("; it told the operator {}", quoted(&spoken.noise)),
    }
}

fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.trim_end().chars().take(TOLD).collect();
    format!("{text:?}")
}
