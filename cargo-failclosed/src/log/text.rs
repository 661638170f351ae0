//! Text from a log, as a terminal may show it.

use std::path::Path;

use jiff::Timestamp;
use unicode_width::UnicodeWidthChar as _;

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

/// Escaped, and cut or filled to a number of columns.
pub(super) fn cell(text: &str, columns: usize) -> String {
    let text = line(text);
    let width = |c: char| c.width().unwrap_or(0);
    let fits = text.chars().map(width).sum::<usize>() <= columns;
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

#[cfg(test)]
mod tests {
    use super::{cell, line};

    #[test]
    fn hostile_text_is_written_out() {
        assert_eq!(line("a\u{1b}[2Jb\n\u{202e}c\u{200b}"), "a\\u{1b}[2Jb\\n\\u{202e}c\\u{200b}");
    }

    #[test]
    fn a_cell_has_its_width() {
        assert_eq!(cell("ab", 4), "ab  ");
        assert_eq!(cell("abcde", 4), "abc…");
        // Each of these takes two columns.
        assert_eq!(cell("日本語", 4), "日… ");
    }
}
