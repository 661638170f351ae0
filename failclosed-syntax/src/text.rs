//! Names that people and policies can tell apart. The runtime has the same rule for text that comes
//! from elsewhere; a test compares the two.

use unicode_properties::{
    GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    },
    UnicodeGeneralCategory,
};

/// The longest name, in characters: as long as a rule's.
pub const MAX_NAME: usize = 256;

/// Whether it is a name as it stands: not empty, no white space around it, nothing in it that nobody
/// sees or that turns text around.
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().nth(MAX_NAME).is_none()
        && !text.chars().any(is_invisible)
}

/// Characters that let one name look like another: control and format characters, separators of lines,
/// tags, fillers, and whatever Unicode has no use for.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let unseen = matches!(
        c.general_category(),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    );
    unseen || is_blank(c)
}

fn is_blank(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        | '\u{fffc}' | '\u{1d159}' | '\u{16fe4}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}
