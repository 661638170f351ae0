//! Text from elsewhere, so that a person sees what is in it.
//!
//! What is shown as itself is listed; everything else is written as an escape: control characters
//! (CVE-2021-42574 is about the bidirectional ones), format and zero-width characters, variation
//! selectors, tags, separators, white space other than one ASCII space, private and unassigned code
//! points. A list of what is bad would be out of date with the next version of Unicode.

use unicode_properties::{
    GeneralCategory::{
        self, ClosePunctuation, ConnectorPunctuation, CurrencySymbol, DashPunctuation,
        DecimalNumber, FinalPunctuation, InitialPunctuation, LetterNumber, LowercaseLetter,
        MathSymbol, ModifierLetter, ModifierSymbol, NonspacingMark, OpenPunctuation, OtherLetter,
        OtherNumber, OtherPunctuation, OtherSymbol, SpacingMark, TitlecaseLetter, UppercaseLetter,
    },
    UnicodeGeneralCategory,
};

use crate::text::is_blank;

/// Stands for what was left out. Never shown for anything else, so that no value can forge it.
pub(super) const ELLIPSIS: char = '…';

/// More marks than this on one letter are there to hide what is above and below.
const MAX_MARKS: u8 = 3;

/// Escaped text, and whether there was something in it that a screen would not have shown.
pub(crate) struct Escaped {
    pub(crate) text: String,
    pub(crate) hidden: bool,
}

/// Any text. Different texts stay different: a backslash is escaped too.
pub(crate) fn escape(text: &str) -> Escaped {
    let mut writer = Writer::new(text.len());
    for c in text.chars() {
        match c {
            '\\' => writer.verbatim("\\\\"),
            '\n' => writer.verbatim("\\n"),
            '\r' => {
                writer.0.hidden = true;
                writer.verbatim("\\r");
            }
            '\t' => writer.verbatim("\\t"),
            c => writer.character(c),
        }
    }
    writer.0
}

/// JSON text, as `serde_json` writes it. Its own escapes stay as they are; `\u{..}` is none of them,
/// so what is added here cannot be mistaken for what was there.
pub(super) fn escape_json(json: &str) -> Escaped {
    let mut writer = Writer::new(json.len());
    for (_, unit) in units(json) {
        match unit.chars().next() {
            Some('\\') => {
                // A control character, as JSON has it.
                writer.0.hidden |= unit.starts_with("\\u") || matches!(unit, "\\b" | "\\f" | "\\r");
                writer.verbatim(unit);
            }
            Some(c) => writer.character(c),
            None => {}
        }
    }
    writer.0
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

struct Writer(Escaped, Marks);

/// What a combining mark would stand on.
#[derive(Clone, Copy)]
enum Marks {
    NoLetter,
    OnLetter(u8),
}

impl Writer {
    fn new(length: usize) -> Self {
        Self(Escaped { text: String::with_capacity(length), hidden: false }, Marks::NoLetter)
    }

    fn verbatim(&mut self, text: &str) {
        self.0.text.push_str(text);
        self.1 = Marks::NoLetter;
    }

    fn character(&mut self, c: char) {
        let shown = match (class(c), self.1) {
            (Class::Letter, _) => Some(Marks::OnLetter(0)),
            (Class::Other, _) => Some(Marks::NoLetter),
            (Class::Mark, Marks::OnLetter(marks)) if marks < MAX_MARKS => {
                Some(Marks::OnLetter(marks + 1))
            }
            (Class::Mark | Class::Hidden, _) => None,
        };
        match shown {
            Some(marks) => {
                self.0.text.push(c);
                self.1 = marks;
            }
            None => {
                // The ellipsis is escaped for its meaning here, not because it hides something.
                self.0.hidden |= c != ELLIPSIS;
                self.verbatim(&c.escape_unicode().to_string());
            }
        }
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
    if is_blank(c) || c == ELLIPSIS {
        return Class::Hidden;
    }
    // A second opinion: the standard library's own tables must print it too.
    let printed = c.escape_debug().len() == 1;
    let category = c.general_category();
    if printed && is_letter(category) {
        Class::Letter
    } else if printed && is_visible(category) {
        Class::Other
    } else if matches!(category, NonspacingMark | SpacingMark) && !is_common_mark(c) {
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

/// Marks that go on any letter: struck out, a digit or a word reads as its opposite. Letters that
/// need one exist composed.
fn is_common_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use unicode_properties::UnicodeGeneralCategory as _;

    use super::{escape, escape_json, units};

    /// Reads back what was escaped.
    fn read(text: &str) -> String {
        let (mut read, mut rest) = (String::new(), text.chars());
        while let Some(c) = rest.next() {
            if c != '\\' {
                read.push(c);
                continue;
            }
            match rest.next().unwrap() {
                'u' => {
                    let digits: String = rest.by_ref().take_while(|c| *c != '}').skip(1).collect();
                    read.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                }
                'n' => read.push('\n'),
                'r' => read.push('\r'),
                't' => read.push('\t'),
                c => read.push(c),
            }
        }
        read
    }

    /// Whatever the standard library prints as an escape must be one here, marks on letters apart.
    fn is_forbidden(c: char) -> bool {
        let is_mark = unicode_properties::GeneralCategoryGroup::Mark == c.general_category_group();
        let ignorable = matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}');
        let escaped = c.escape_debug().len() > 1 && !matches!(c, '"' | '\'' | '\\');
        escaped && (ignorable || !is_mark)
    }

    /// Characters of all kinds, most of which random text would never hit.
    fn nasty() -> impl Strategy<Value = String> {
        let one = prop_oneof![
            any::<char>(),
            prop::char::range('\0', '\u{7f}'),
            prop::char::range('\u{80}', '\u{ad}'),
            prop::char::range('\u{300}', '\u{36f}'),
            prop::char::range('\u{2000}', '\u{206f}'),
            prop::char::range('\u{e000}', '\u{e010}'),
            prop::char::range('\u{e0000}', '\u{e01ef}'),
            prop::sample::select(vec!['\\', 'u', '{', '}', '2', '"', '`', '\u{202e}', '\u{61c}']),
        ];
        prop::collection::vec(one, 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read_back(text in nasty()) {
            prop_assert_eq!(read(&escape(&text).text), text.clone());
            let json = serde_json::to_string(&text).unwrap();
            let ours = escape_json(&json).text;
            // Only escapes of the form `\u{..}` were added: with them undone it is the JSON again.
            let mut undone = String::new();
            let mut rest = ours.as_str();
            while let Some((_, unit)) = units(rest).next() {
                if unit.starts_with("\\u{") {
                    let end = rest.find('}').unwrap();
                    let code = u32::from_str_radix(&rest[3..end], 16).unwrap();
                    undone.push(char::from_u32(code).unwrap());
                    rest = &rest[end + 1..];
                } else {
                    undone.push_str(unit);
                    rest = &rest[unit.len()..];
                }
            }
            prop_assert_eq!(undone, json);
        }

        #[test]
        fn nothing_hidden_is_shown(text in nasty()) {
            let json = serde_json::to_string(&text).unwrap();
            for shown in [escape(&text).text, escape_json(&json).text] {
                prop_assert!(!shown.chars().any(is_forbidden), "{shown:?}");
                prop_assert!(!shown.contains(['\n', '\r', '…', '\u{2028}', '\u{85}']), "{shown:?}");
            }
        }
    }

    #[test]
    fn each_kind_of_hidden_character_is_written_out() {
        let hidden = [
            '\0',
            '\x07',
            '\x1b',
            '\x7f',
            '\u{80}',
            '\u{85}',
            '\u{9b}', // control
            '\u{a0}',
            '\u{2003}',
            '\u{3000}',
            '\u{2028}',
            '\u{2029}', // separators
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{2060}',
            '\u{feff}',
            '\u{fff9}', // format
            '\u{34f}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{180b}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{2800}', // ignorable, blank
            '\u{e0041}',
            '\u{e007f}', // tags
            '\u{e000}',
            '\u{10fffd}',
            '\u{378}',
            '\u{ffff}', // private, unassigned
            '\u{336}',
            '\u{20dd}', // struck out, enclosed
        ];
        for c in hidden {
            let escaped = escape(&format!("a{c}b"));
            let expected = format!("a\\u{{{:x}}}b", c as u32);
            assert_eq!((escaped.text, escaped.hidden), (expected, true));
        }
    }

    #[test]
    fn what_people_write_is_shown_as_it_is() {
        for text in ["Zürich, 12.50 €", "東京", "ประเทศไทย", "हिन्दी", "Київ", "naïve — “yes”", "🎫"]
        {
            let escaped = escape(text);
            assert_eq!((escaped.text.as_str(), escaped.hidden), (text, false));
        }
    }

    #[test]
    fn marks_do_not_pile_up() {
        let thai = format!("ก{}", "\u{e49}".repeat(5));
        assert_eq!(escape(&thai).text, "ก\u{e49}\u{e49}\u{e49}\\u{e49}\\u{e49}");
        assert_eq!(escape("7\u{e49}").text, "7\\u{e49}");
    }
}
