//! Text from elsewhere, so that a person sees what is in it.
//!
//! What is shown as itself is listed; everything else is written as an escape: control characters
//! (CVE-2021-42574 is about the bidirectional ones), format and zero-width characters, variation
//! selectors, tags, separators, white space other than one ASCII space, private and unassigned code
//! points, marks on letters of another script, and what is the same as another character. A list of what
//! is bad would be out of date with the next version of Unicode.

use unicode_properties::{
    GeneralCategory::{
        self, ClosePunctuation, ConnectorPunctuation, CurrencySymbol, DashPunctuation,
        DecimalNumber, FinalPunctuation, InitialPunctuation, LetterNumber, LowercaseLetter,
        MathSymbol, ModifierLetter, ModifierSymbol, NonspacingMark, OpenPunctuation, OtherLetter,
        OtherNumber, OtherPunctuation, OtherSymbol, SpacingMark, TitlecaseLetter, UppercaseLetter,
    },
    UnicodeGeneralCategory,
};

use super::{
    alike::{Alike, is_another, looks_like_ascii},
    marks::{Base, is_mark_on},
};
use crate::text::is_blank;

/// More marks than this on one letter are there to hide what is above and below.
const MAX_MARKS: u8 = 3;

/// Escaped text, and what a person has to be told about it.
pub(crate) struct Escaped {
    pub(crate) text: String,
    /// There was something in it that a screen would not have shown, or as something else.
    pub(crate) hidden: bool,
    /// Signs that are shown and look like those of ASCII.
    pub(super) alike: Alike,
}

/// Any text. Different texts stay different: a backslash is escaped too.
pub(crate) fn escape(text: &str) -> Escaped {
    let mut writer = Writer::new(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => writer.verbatim("\\\\"),
            '\n' => writer.verbatim("\\n"),
            '\r' => {
                writer.escaped.hidden = true;
                writer.verbatim("\\r");
            }
            '\t' => writer.verbatim("\\t"),
            c => writer.character(c, chars.peek().copied()),
        }
    }
    writer.escaped
}

/// JSON text, as `serde_json` writes it. Its own escapes stay as they are; `\u{..}` is none of them,
/// so what is added here cannot be mistaken for what was there.
pub(super) fn escape_json(json: &str) -> Escaped {
    let mut writer = Writer::new(json.len());
    for (at, unit) in units(json) {
        match unit.chars().next() {
            Some('\\') => {
                // A control character, as JSON has it.
                writer.escaped.hidden |=
                    unit.starts_with("\\u") || matches!(unit, "\\b" | "\\f" | "\\r");
                writer.verbatim(unit);
            }
            Some(c) => {
                let next = json.get(at + unit.len()..).and_then(|rest| rest.chars().next());
                writer.character(c, next);
            }
            None => {}
        }
    }
    writer.escaped
}

/// What must not be torn apart, each with where it begins: a character, or an escape as JSON has it.
pub(super) fn units(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let mut chars = rest.chars();
        let long = match (chars.next()?, chars.next()) {
            ('\\', Some('u')) => 6,
            ('\\', Some(escaped)) => 1 + escaped.len_utf8(),
            (c, _) => c.len_utf8(),
        };
        // Where it is not JSON a backslash may be followed by anything.
        let unit = rest.get(..long).unwrap_or(rest);
        at += unit.len();
        Some((at - unit.len(), unit))
    })
}

struct Writer {
    escaped: Escaped,
    /// What a mark would stand on, and how many do.
    base: Option<(Base, u8)>,
}

impl Writer {
    fn new(length: usize) -> Self {
        let text = String::with_capacity(length);
        Self { escaped: Escaped { text, hidden: false, alike: Alike::default() }, base: None }
    }

    fn verbatim(&mut self, text: &str) {
        self.escaped.text.push_str(text);
        self.base = None;
    }

    fn character(&mut self, c: char, next: Option<char>) {
        let base = match (class(c), self.base) {
            (Class::Letter, _) => Base::of(c).map(|base| (base, 0)),
            (Class::Other, _) => None,
            (Class::Mark, Some((base, marks)))
                if marks < MAX_MARKS && is_mark_on(c, base, next) =>
            {
                Some((base.with(c), marks + 1))
            }
            (Class::Mark | Class::Hidden, _) => {
                self.escaped.hidden = true;
                return self.verbatim(&c.escape_unicode().to_string());
            }
        };
        if looks_like_ascii(c) {
            self.escaped.alike.add(c);
        }
        self.escaped.text.push(c);
        self.base = base;
    }
}

enum Class {
    Letter,
    /// Shown on a letter.
    Mark,
    Other,
    Hidden,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            c if c.is_ascii_alphabetic() => Class::Letter,
            ' '..='~' => Class::Other,
            _ => Class::Hidden,
        };
    }
    if is_blank(c) || is_another(c) {
        return Class::Hidden;
    }
    // A second opinion: the standard library's own tables must print it too.
    let printed = c.escape_debug().len() == 1;
    let category = c.general_category();
    if printed && is_letter(category) {
        Class::Letter
    } else if printed && is_visible(category) {
        Class::Other
    } else if matches!(category, NonspacingMark | SpacingMark) {
        Class::Mark
    } else {
        // Everything that is not known to show: a new category too.
        Class::Hidden
    }
}

fn is_letter(category: GeneralCategory) -> bool {
    matches!(
        category,
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
    )
}

fn is_visible(category: GeneralCategory) -> bool {
    matches!(
        category,
        DecimalNumber
            | LetterNumber
            | OtherNumber
            | ConnectorPunctuation
            | DashPunctuation
            | OpenPunctuation
            | ClosePunctuation
            | InitialPunctuation
            | FinalPunctuation
            | OtherPunctuation
            | MathSymbol
            | CurrencySymbol
            | ModifierSymbol
            | OtherSymbol
    )
}

#[cfg(test)]
mod tests;
