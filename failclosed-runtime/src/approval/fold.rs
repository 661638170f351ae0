//! Lines that a display does not break by itself, and those that are in a value.
//!
//! A display that is too narrow breaks a line where it likes, and what comes next begins at the left
//! edge, like a line of its own. A value could be as long as it takes for its end to look like another
//! argument there; and beside a display that does not break lines, its end would not be seen at all.
//!
//! A script is read as lines. So after each line feed of a value, which stays there as `\n`, a line ends.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Stands before the rest of a line. No line begins like this: each begins with its label.
const CONTINUED: &str = "       | ";

/// Stands before what follows a line feed in a value. No line begins like this either.
const NEXT_LINE: &str = "       > ";

/// The narrowest display that is any use.
pub(super) const NARROWEST: usize = 20;

/// The lines of a text, none of them wider than `columns`.
///
/// Without the line breaks that are followed by a mark in the margin, and without that mark, it is the
/// text again.
pub(super) fn fold(text: &str, columns: usize) -> String {
    let columns = columns.max(NARROWEST);
    let mut folded = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        let (mut used, mut is_escape, mut ends_line) = (0, false, false);
        for c in line.chars() {
            let cells = cells(c);
            let margin = match (ends_line, used + cells > columns && !is_mark(c)) {
                (true, _) => Some(NEXT_LINE),
                (false, true) => Some(CONTINUED),
                (false, false) => None,
            };
            if let Some(margin) = margin {
                folded.push('\n');
                folded.push_str(margin);
                used = margin.len();
            }
            folded.push(c);
            used += cells;
            // A backslash is half of an escape itself: the second of two begins none.
            ends_line = is_escape && c == 'n';
            is_escape = !is_escape && c == '\\';
        }
        folded.push('\n');
    }
    folded
}

/// How wide it may be shown. Displays differ in what is two cells wide outside of ASCII, and a line
/// that is too short hides nothing. A few characters are drawn as wide as a word.
fn cells(c: char) -> usize {
    match c {
        '\0'..='\x7f' => 1,
        // Dashes of two and three ems; signs that Tamil and Javanese write a phrase with.
        '\u{2e3a}' | '\u{bf3}'..='\u{bfa}' | '\u{a9c1}'..='\u{a9cd}' => 4,
        '\u{2e3b}' => 6,
        // Cuneiform.
        '\u{12000}'..='\u{1254f}' => 8,
        _ => 2,
    }
}

/// A mark stays with its letter.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark
}

#[cfg(test)]
mod tests {
    use super::{CONTINUED, NARROWEST, NEXT_LINE, cells, fold, is_mark};
    use proptest::prelude::*;

    #[test]
    fn what_fits_is_left_alone() {
        let text = "Action   purchase\nArgument amount = 1\n";
        assert_eq!(fold(text, 20), text);
    }

    #[test]
    fn the_rest_of_a_line_begins_like_no_line() {
        let line = format!("Argument note = \"{}Argument amount = 1\"\n", "x".repeat(23));
        let folded = fold(&line, 40);
        assert_eq!(folded.lines().next().map(str::len), Some(40));
        assert!(folded.contains("\n       | Argument amount = 1\"\n"), "{folded}");
    }

    /// A dash of three ems takes the room of six letters, and cuneiform may take more.
    #[test]
    fn wide_characters_are_counted_as_wide_as_they_may_be() {
        for (c, most) in [('\u{2e3b}', 6), ('\u{2e3a}', 10), ('\u{1242b}', 5), ('\u{6f22}', 20)] {
            let folded = fold(&format!("{}\n", c.to_string().repeat(27)), 40);
            let first = folded.lines().next().map(|line| line.chars().count());
            assert_eq!(first, Some(most), "{folded}");
        }
    }

    /// Pushed to the next line, it would sit on what stands in the margin there.
    #[test]
    fn a_mark_stays_with_its_letter() {
        let full = "x".repeat(NARROWEST);
        let folded = fold(&format!("{full}\u{301}y\n"), NARROWEST);
        assert_eq!(folded, format!("{full}\u{301}\n{CONTINUED}y\n"));
    }

    #[test]
    fn lines_of_a_value_are_lines() {
        let folded = fold("Argument run = \"set -e\\n\\nArgument x = 1\\\\name\\n\"\n", 40);
        let lines: Vec<_> = folded.lines().collect();
        let expected = [
            r#"Argument run = "set -e\n"#,
            r"       > \n",
            r"       > Argument x = 1\\name\n",
            r#"       > ""#,
        ];
        assert_eq!(lines, expected);
    }

    proptest! {
        /// Nothing is lost, nothing is added, and nothing is too wide but marks on a letter.
        #[test]
        fn it_can_be_unfolded(text in "([a-z |>n\\\\é漢\u{5b0}\u{3b1}]{0,90}\n){0,4}", columns in 0_usize..60) {
            let folded = fold(&text, columns);
            let whole = folded.replace(&format!("\n{CONTINUED}"), "");
            prop_assert_eq!(whole.replace(&format!("\n{NEXT_LINE}"), ""), text.clone());
            for line in folded.lines() {
                let width: usize = line.chars().filter(|c| !is_mark(*c)).map(cells).sum();
                prop_assert!(width <= columns.max(NARROWEST), "{line}");
            }
        }
    }
}
