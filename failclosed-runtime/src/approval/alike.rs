//! Characters that are, or look like, another one.

use std::{collections::BTreeSet, sync::LazyLock};

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::skeleton;

/// How many of them are named. Of more, the rest is said to be there.
const MOST_NAMED: usize = 8;

/// Signs in a text that look like those of ASCII.
#[derive(Debug, Default)]
pub(crate) struct Alike(BTreeSet<char>);

impl Alike {
    pub(super) fn add(&mut self, c: char) {
        self.0.insert(c);
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// What to tell a person, if there is anything.
    pub(super) fn note(&self) -> Option<String> {
        let named: Vec<_> =
            self.0.iter().take(MOST_NAMED).map(|c| format!("U+{:04X}", u32::from(*c))).collect();
        let more = if self.0.len() > MOST_NAMED { " and more" } else { "" };
        let named = named.join(", ");
        (!self.0.is_empty()).then(|| format!("not the ASCII signs they look like: {named}{more}"))
    }
}

/// Whether it is another character by Unicode's own tables, or a piece or a form of one, so that no
/// screen shows a difference: compatibility ideographs, the sign for ohm, forms of Arabic and Hebrew
/// letters, and the conjoining jamo, of which Korean syllables are not written today.
pub(super) fn is_another(c: char) -> bool {
    let is_form = matches!(c, '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    let is_jamo = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}'
        | '\u{d7b0}'..='\u{d7ff}');
    let mut normal = std::iter::once(c).nfc();
    // Letters that are two in their normal form (Devanagari's with a dot) are written both ways.
    let is_one_other = normal.next().is_some_and(|first| first != c) && normal.next().is_none();
    is_form || is_jamo || is_one_other
}

/// Whether it looks like a sign of ASCII and is none: quotes, slashes, dashes and bars (UTS #39), and
/// what is a form of one, such as those of full width.
///
/// Of letters, only those that no script is written with: in a Japanese text a stroke is a stroke.
pub(super) fn looks_like_ascii(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let group = c.general_category_group();
    let is_letter = group == GeneralCategoryGroup::Letter;
    let may_be_a_sign = match group {
        GeneralCategoryGroup::Letter => matches!(c.script(), Script::Common | Script::Latin),
        // A mark is shown on the letters of its script alone.
        GeneralCategoryGroup::Number | GeneralCategoryGroup::Mark => false,
        GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol
        | GeneralCategoryGroup::Separator
        | GeneralCategoryGroup::Other => true,
    };
    (may_be_a_sign && looks_like_a_sign(c, is_letter)) || is_form_of_a_sign(c)
}

/// What each sign of ASCII looks like, and two of it.
static SIGNS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let signs = ('!'..='~').filter(char::is_ascii_punctuation);
    signs.flat_map(|sign| [look(sign), look(sign).repeat(2)]).collect()
});

fn looks_like_a_sign(c: char, is_letter: bool) -> bool {
    let look = look(c);
    // The bar looks like the letter `l`, which many letters do.
    let is_of_a_letter = is_letter && look.chars().any(char::is_alphanumeric);
    !is_of_a_letter && SIGNS.contains(&look)
}

fn look(c: char) -> String {
    skeleton(c.encode_utf8(&mut [0; 4])).collect()
}

fn is_form_of_a_sign(c: char) -> bool {
    let form: String = std::iter::once(c).nfkc().collect();
    let is_of_full_width = matches!(c, '\u{ff01}'..='\u{ff5e}');
    is_of_full_width || (form.is_ascii() && form.chars().any(|c| c.is_ascii_punctuation()))
}
