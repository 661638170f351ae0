//! Marks on letters: which of them belong there.
//!
//! A mark is drawn over or beside the letter before it, and on a letter of another script it is drawn
//! anyhow, or not at all: it strikes a digit out, turns a word into its opposite, or makes two names
//! look the same. So a mark is shown where people write it: on a letter of its own script, in scripts
//! that cannot be written without. In all others (Latin, Greek, Cyrillic, Hangul, Kana) the letters with
//! a mark exist as characters of their own, and a loose mark is written out.

use std::ops::RangeInclusive;

use unicode_normalization::char::compose;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_script::{Script, UnicodeScript as _};

/// The scripts whose letters take marks, and the marks of each: those of its own block. What is in
/// other blocks (Vedic signs, which strike letters out; signs of manuscripts) is written out.
const MARKS: [(Script, RangeInclusive<char>); 20] = [
    (Script::Hebrew, '\u{591}'..='\u{5c7}'),
    (Script::Arabic, '\u{610}'..='\u{6ed}'),
    (Script::Arabic, '\u{8ca}'..='\u{8ff}'),
    (Script::Syriac, '\u{711}'..='\u{74a}'),
    (Script::Thaana, '\u{7a6}'..='\u{7b0}'),
    (Script::Devanagari, '\u{900}'..='\u{963}'),
    (Script::Bengali, '\u{981}'..='\u{9e3}'),
    (Script::Gurmukhi, '\u{a01}'..='\u{a75}'),
    (Script::Gujarati, '\u{a81}'..='\u{ae3}'),
    (Script::Oriya, '\u{b01}'..='\u{b63}'),
    (Script::Tamil, '\u{b82}'..='\u{bd7}'),
    (Script::Telugu, '\u{c00}'..='\u{c63}'),
    (Script::Kannada, '\u{c80}'..='\u{ce3}'),
    (Script::Malayalam, '\u{d00}'..='\u{d63}'),
    (Script::Sinhala, '\u{d81}'..='\u{df3}'),
    (Script::Thai, '\u{e31}'..='\u{e4e}'),
    (Script::Lao, '\u{eb1}'..='\u{ece}'),
    (Script::Tibetan, '\u{f71}'..='\u{fbc}'),
    (Script::Myanmar, '\u{102b}'..='\u{109d}'),
    (Script::Khmer, '\u{17b6}'..='\u{17dd}'),
];

/// What a mark can stand on: a letter of a script that has marks, and the last mark that it bears.
#[derive(Clone, Copy)]
pub(super) struct Base {
    script: Script,
    letter: char,
    last: char,
}

impl Base {
    /// `None` for a letter of a script without loose marks.
    pub(super) fn of(letter: char) -> Option<Self> {
        let script = letter.script();
        let has_marks = MARKS.iter().any(|(with_marks, _)| *with_marks == script);
        has_marks.then_some(Self { script, letter, last: letter })
    }

    /// The same with one more mark on it.
    pub(super) fn with(self, mark: char) -> Self {
        Self { last: mark, ..self }
    }
}

/// Whether a mark is shown on a letter that is followed by `next`.
pub(super) fn is_mark_on(mark: char, base: Base, next: Option<char>) -> bool {
    let is_its_own =
        MARKS.iter().any(|(script, marks)| *script == base.script && marks.contains(&mark));
    // With what is before it, it looks like the character that is both.
    let is_in_pieces = [base.letter, base.last].iter().any(|c| compose(*c, mark).is_some());
    is_its_own && !is_in_pieces && (!is_stacker(mark) || is_letter_of(base.script, next))
}

/// Draws nothing by itself: it puts the next consonant below the one before.
fn is_stacker(mark: char) -> bool {
    matches!(mark, '\u{1039}' | '\u{17d2}')
}

fn is_letter_of(script: Script, c: Option<char>) -> bool {
    c.is_some_and(|c| {
        c.general_category_group() == GeneralCategoryGroup::Letter && c.script() == script
    })
}
