//! What is allowed, with a reason, until a day: comments in the source, and `[[allow]]` in
//! `failclosed.toml`. An `allow` that is not understood allows nothing, and is a finding.

use std::collections::BTreeMap;

use jiff::{Zoned, civil::Date};

use crate::{
    config::{Config, fits},
    finding::{Finding, Place},
    rules::{self, FC0901, FC0902},
};

/// What a comment begins with.
const SIGN: &str = "// failclosed: allow";

#[derive(Debug, Clone)]
struct Comment {
    place: Place,
    rules: Vec<String>,
    /// The line of code that it is about.
    line: usize,
    used: bool,
}

/// Takes out what is allowed, and adds what is wrong with what allows it.
///
/// `texts`: the files in which it may be allowed, by their paths.
/// `complete`: whether every rule was looked for, so that what matches nothing can be said to.
pub fn apply(
    findings: Vec<Finding>,
    texts: &BTreeMap<String, String>,
    config: &Config,
    complete: bool,
) -> (Vec<Finding>, usize) {
    let today = Zoned::now().date();
    apply_on(findings, texts, config, complete, today)
}

fn apply_on(
    findings: Vec<Finding>,
    texts: &BTreeMap<String, String>,
    config: &Config,
    complete: bool,
    today: Date,
) -> (Vec<Finding>, usize) {
    let mut comments = Vec::new();
    let mut kept = Vec::new();
    for (file, text) in texts {
        read(file, text, today, &mut comments, &mut kept);
    }
    let mut configured: Vec<bool> = vec![false; config.allow.len()];
    let mut allowed = 0;
    for finding in findings {
        let by_comment = comments.iter_mut().find(|comment| {
            comment.place.file == finding.place.file
                && comment.line == finding.place.line
                && comment.rules.iter().any(|rule| rule == finding.rule.id)
        });
        if let Some(comment) = by_comment {
            comment.used = true;
            allowed += 1;
            continue;
        }
        let by_config = config.allow.iter().position(|allow| {
            allow.rule.eq_ignore_ascii_case(finding.rule.id)
                && allow.sink.as_ref().is_none_or(|sink| finding.sink.as_ref() == Some(sink))
                && allow.inside.as_ref().is_none_or(|inside| fits(inside, &finding.inside))
                && holds(allow.expires.as_deref(), today)
        });
        match by_config {
            Some(at) => {
                configured[at] = true;
                allowed += 1;
            }
            None => kept.push(finding),
        }
    }
    if complete {
        for comment in comments.iter().filter(|comment| !comment.used) {
            kept.push(Finding::new(&FC0902, comment.place.clone(), "", "nothing to allow here"));
        }
        for (allow, _) in config.allow.iter().zip(&configured).filter(|(_, used)| !**used) {
            let place = Place {
                file: crate::config::FILE.into(),
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 1,
            };
            let label = format!("`[[allow]]` of {}: {}", allow.rule, allow.reason);
            kept.push(Finding::new(&FC0902, place, "", label));
        }
    }
    (kept, allowed)
}

/// Whether the day has not passed. One that cannot be read has.
fn holds(expires: Option<&str>, today: Date) -> bool {
    match expires {
        None => true,
        // FAIL CLOSED: a day that is no day is none on which anything is allowed.
        Some(day) => day.parse::<Date>().is_ok_and(|day| today <= day),
    }
}

fn read(
    file: &str,
    text: &str,
    today: Date,
    comments: &mut Vec<Comment>,
    findings: &mut Vec<Finding>,
) {
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, said)) = line.split_once(SIGN) else { continue };
        // In a text, or in documentation, it is only spoken of.
        if before.contains(['"', '/', '`']) {
            continue;
        }
        let column = before.chars().count() + 1;
        let place = Place {
            file: file.to_owned(),
            line: at + 1,
            column,
            end_line: at + 1,
            end_column: line.chars().count() + 1,
        };
        match parse(said, today) {
            Ok(rules) => {
                let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
                let next = lines.iter().skip(at + 1).position(code).map_or(at + 1, |n| at + 2 + n);
                let own = !before.trim().is_empty();
                comments.push(Comment {
                    place,
                    rules,
                    line: if own { at + 1 } else { next },
                    used: false,
                });
            }
            // FAIL CLOSED: it allows nothing.
            Err(why) => findings.push(Finding::new(&FC0901, place, "", why)),
        }
    }
}

/// `(FC0101, FC0102, reason = "..", expires = "2027-03-01")`.
fn parse(said: &str, today: Date) -> Result<Vec<String>, String> {
    let inside = said
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.rfind(')').map(|end| &rest[..end]))
        .ok_or("write `allow(RULE, reason = \"..\")`")?;
    let mut found = Vec::new();
    let mut reason = None;
    for part in parts(inside) {
        match part.split_once('=').map(|(key, value)| (key.trim(), value.trim().trim_matches('"')))
        {
            None => {
                let rule = rules::find(part).ok_or_else(|| format!("there is no rule `{part}`"))?;
                found.push(rule.id.to_owned());
            }
            Some(("reason", why)) => reason = Some(why.trim().to_owned()),
            Some(("expires", day)) => {
                day.parse::<Date>().map_err(|error| format!("`{day}`: {error}"))?;
                if !holds(Some(day), today) {
                    return Err(format!("it ended on {day}"));
                }
            }
            Some((key, _)) => return Err(format!("`{key}` is not known")),
        }
    }
    match reason.as_deref() {
        None | Some("") => Err("no reason is given".to_owned()),
        Some(_) if found.is_empty() => Err("no rule is named".to_owned()),
        Some(_) => Ok(found),
    }
}

/// What stands between commas that are not in a text.
fn parts(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inside[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
#[path = "allow_tests.rs"]
mod tests;
