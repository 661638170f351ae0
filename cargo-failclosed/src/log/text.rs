//! Text from a log, as a terminal may show it.

use std::{
    env,
    io::{self, IsTerminal as _},
    path::Path,
    time::Duration,
};

use anstyle::Style;
use failclosed_runtime::audit::Record;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use unicode_width::UnicodeWidthChar as _;

/// What a line has room for, where nobody says otherwise.
const COLUMNS: usize = 80;

/// How answers look: in columns and without colours, wherever they go; wider and coloured on a
/// terminal that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) columns: usize,
    colour: bool,
}

impl Look {
    pub(super) fn of_stdout() -> Self {
        if !io::stdout().is_terminal() {
            return Self { columns: COLUMNS, colour: false };
        }
        let width = terminal_size::terminal_size_of(io::stdout());
        let columns = width.map_or(COLUMNS, |(width, _)| usize::from(width.0));
        // <https://no-color.org>: set, and to something.
        let colour = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { columns: columns.max(COLUMNS), colour }
    }

    /// The text in this style. It is escaped by whoever made it: only our own sequences are in it.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The parts of a question, as they were asked.
#[derive(Deserialize)]
pub(super) struct Question {
    resource: Option<Resource>,
    pub(super) arguments: Option<Box<RawValue>>,
    pub(super) context: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Resource {
    kind: String,
    id: String,
}

impl Question {
    /// `None` also where a record holds a question of another shape: shown whole, then.
    pub(super) fn of(record: &Record) -> Option<Self> {
        serde_json::from_str(record.question.as_ref()?.get()).ok()
    }

    pub(super) fn kind_and_id(&self) -> Option<(&str, &str)> {
        self.resource.as_ref().map(|Resource { kind, id }| (kind.as_str(), id.as_str()))
    }

    pub(super) fn resource(&self) -> Option<String> {
        self.resource.as_ref().map(|Resource { kind, id }| format!("{kind}/{id}"))
    }
}

/// `shopper for alice`.
pub(super) fn who(record: &Record) -> String {
    let agent = record.agent.as_deref().unwrap_or_default();
    match &record.person {
        Some(person) => format!("{agent} for {person}"),
        None => agent.to_owned(),
    }
}

/// `1 outcome`, `2 outcomes`.
pub(super) fn of(what: &str, count: u64) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A length of time, in the unit that suits it.
pub(super) fn lasted(micros: u64) -> String {
    let micros = Duration::from_micros(micros);
    format!("{micros:.1?}").replace(".0", "").replace('µ', "u")
}

/// A text over several lines of at most `columns`, cut where it must be.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut used) = (vec![String::new()], 0);
    for c in line(text).chars() {
        let width = c.width().unwrap_or(0);
        if used + width > columns {
            lines.push(String::new());
            used = 0;
        }
        used += width;
        if let Some(last) = lines.last_mut() {
            last.push(c);
        }
    }
    lines
}

/// Control, bidirectional, zero-width and unassigned characters are written out: whoever made a call
/// chose some of the text, and it must not move the cursor or hide what stands beside it.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\n' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// Escaped, on one line.
pub(super) fn line(text: &str) -> String {
    escaped(text).replace('\n', "\\n")
}

pub(super) fn path(path: &Path) -> String {
    line(&path.display().to_string())
}

/// How many columns a text takes, escaped.
pub(super) fn columns_of(text: &str) -> usize {
    line(text).chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Escaped, and cut or filled to a number of columns.
pub(super) fn cell(text: &str, columns: usize) -> String {
    let text = line(text);
    let width = |c: char| c.width().unwrap_or(0);
    let fits = columns_of(&text) <= columns;
    let room = if fits { columns } else { columns.saturating_sub(1) };
    let (mut shown, mut used) = (String::new(), 0);
    for c in text.chars() {
        if used + width(c) > room {
            break;
        }
        used += width(c);
        shown.push(c);
    }
    if !fits {
        shown.push('…');
        used += 1;
    }
    shown.push_str(&" ".repeat(columns.saturating_sub(used)));
    shown
}

/// A point in time, in UTC.
pub(super) fn time(at_ms: u64) -> String {
    let time = i64::try_from(at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    // A time that no calendar has is shown as the number that it is.
    time.map_or_else(
        || format!("{at_ms} ms"),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// The same, to the millisecond; a time that no calendar has is none.
pub(super) fn time_with_millis(at_ms: u64) -> String {
    let time = i64::try_from(at_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map_or_else(|| "-".to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// Its day, and the time of that day.
pub(super) fn day_and_time(at_ms: u64) -> (String, String) {
    let time = time(at_ms);
    match time.trim_end_matches('Z').split_once('T') {
        Some((day, of_day)) => (format!("{day} (UTC)"), of_day.to_owned()),
        None => (time, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::{cell, lasted, line, wrapped};

    #[test]
    fn hostile_text_is_written_out() {
        assert_eq!(line("a\u{1b}[2Jb\n\u{202e}c\u{200b}"), "a\\u{1b}[2Jb\\n\\u{202e}c\\u{200b}");
    }

    #[test]
    fn a_text_is_wrapped_and_nothing_of_it_is_lost() {
        assert_eq!(wrapped("abcde", 2), ["ab", "cd", "e"]);
        assert_eq!(wrapped("日本語", 5), ["日本", "語"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn a_length_of_time_is_short() {
        let shown = [18, 1_500, 2_000_000, 61_000_000].map(lasted);
        assert_eq!(shown, ["18us", "1.5ms", "2s", "61s"]);
    }

    #[test]
    fn a_cell_has_its_width() {
        assert_eq!(cell("ab", 4), "ab  ");
        assert_eq!(cell("abcde", 4), "abc…");
        // Each of these takes two columns.
        assert_eq!(cell("日本語", 4), "日… ");
    }
}
