//! Text from elsewhere: what of it a person can see, and what may stand on a line of a log.
//!
//! Everything that an authority, a person or a caller wrote is cleaned here when it enters a decision
//! or a denial. Whoever prints it later need not think of it.

use std::{borrow::Cow, sync::Arc};

use unicode_properties::{
    GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    },
    UnicodeGeneralCategory,
};

/// The longest reason that a model or a user is told, in characters.
pub(crate) const MAX_REASON: usize = 1000;

/// The longest detail that an operator is told, in characters.
pub(crate) const MAX_DETAIL: usize = 4000;

/// The longest name of a rule, and the longest id of a decision, in characters.
pub(crate) const MAX_NAME: usize = 256;

/// Stands at the end of what was cut.
pub(crate) const CUT: &str = " ..";

/// Characters that let one id look like another, or that a reader sees and a person does not: control
/// and format characters, separators of lines, tags, fillers, and whatever Unicode has no use for.
pub(crate) fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let unseen = matches!(
        c.general_category(),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    );
    unseen || is_blank(c)
}

/// Letters, marks and symbols that show nothing: fillers, and what Unicode lists as ignorable by
/// default (UAX #44, `Default_Ignorable_Code_Point`) in a category that otherwise shows.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        | '\u{fffc}' | '\u{1d159}' | '\u{16fe4}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// What keeps an id from naming one thing and no other.
pub(crate) fn id_fault(id: &str) -> Option<&'static str> {
    // FAIL CLOSED: an empty environment variable must not become an identity (CVE-2020-27780).
    if id.trim().is_empty() {
        Some("is blank")
    } else if id.trim() != id {
        Some("has white space around it")
    } else if has_invisible(id) {
        Some("has control or invisible characters")
    } else {
        None
    }
}

/// One line of at most `limit` characters, with a space for each invisible one. What was cut ends in
/// two dots.
pub(crate) fn line<'a>(text: impl Into<Cow<'a, str>>, limit: usize) -> Cow<'a, str> {
    let text = text.into();
    if is_line(&text, limit) {
        return text;
    }
    let plain = text.trim().chars().map(|c| if is_invisible(c) { ' ' } else { c });
    let mut line: String = plain.take(limit + 1).collect();
    if line.chars().count() > limit {
        let kept = limit - CUT.len();
        line = line.chars().take(kept).chain(CUT.chars()).collect();
    }
    line.into()
}

/// The same for a name that is shared.
pub(crate) fn name(name: Arc<str>) -> Arc<str> {
    match line(&*name, MAX_NAME) {
        // The same text, not copied: most names are clean.
        Cow::Borrowed(_) => name,
        Cow::Owned(clean) => clean.into(),
    }
}

fn is_line(text: &str, limit: usize) -> bool {
    let fits = text.len() <= limit || text.chars().count() <= limit;
    fits && !has_invisible(text)
}

fn has_invisible(text: &str) -> bool {
    let is_seen = |byte: u8| matches!(byte, b' '..=b'~');
    // Nearly every text is of those alone.
    !text.bytes().all(is_seen) && text.chars().any(is_invisible)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{is_invisible, line};

    #[test]
    fn a_clean_line_is_not_copied() {
        assert!(matches!(line("caf\u{e9} C:\\temp", 20), Cow::Borrowed("caf\u{e9} C:\\temp")));
    }

    #[test]
    fn every_invisible_character_becomes_a_space() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("a{c}b");
            let cleaned = line(&*text, 20);
            assert_eq!(cleaned.contains(c), c == ' ' || !is_invisible(c), "{:?}", c);
            assert_eq!(cleaned.chars().count(), 3);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_to_the_limit_and_says_so() {
        assert_eq!(line("\u{e9}".repeat(10), 10), "\u{e9}".repeat(10));
        assert_eq!(line("\u{e9}".repeat(11), 10), format!("{} ..", "\u{e9}".repeat(7)));
        // Cleaned once is clean.
        let once = line("a\nb".repeat(9), 10);
        assert_eq!(line(&*once, 10), once);
    }
}
