//! Long values: their beginning, their end, and what the whole is.

use sha2::{Digest as _, Sha256};

use super::escape::{ELLIPSIS, escape_json, units};
use crate::request::Digest;

/// The longest value that is shown whole, in characters of its JSON text. From a longer one the
/// middle is left out, and its length and digest are shown.
pub const MAX_VALUE_CHARS: usize = 1000;

/// How much of a longer one is shown. More of the beginning, where commands and paths say what they
/// are; enough of the end, where they say on what.
const HEAD_CHARS: usize = 600;
const TAIL_CHARS: usize = 300;

/// A value as it is shown.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) hidden: bool,
    pub(super) shortened: bool,
}

/// A value's JSON text on one line.
pub(super) fn shorten(json: &str) -> Shown {
    let length = units(json).count();
    if length <= MAX_VALUE_CHARS {
        let whole = escape_json(json);
        return Shown { text: whole.text, hidden: whole.hidden, shortened: false };
    }
    let at = |index| units(json).nth(index).map_or(json.len(), |(at, _)| at);
    let (head, tail) = (&json[..at(HEAD_CHARS)], &json[at(length - TAIL_CHARS)..]);
    let (head, tail) = (escape_json(head), escape_json(tail));
    let hash = Digest::of(Sha256::new_with_prefix(json));
    let left_out = length - HEAD_CHARS - TAIL_CHARS;
    // What is left out may hide something too; the note about it says so.
    let text = format!(
        "{}{ELLIPSIS} {left_out} characters are not shown {ELLIPSIS}{} {ELLIPSIS} the whole is \
         {length} characters, {} bytes, sha256 {hash}",
        head.text,
        tail.text,
        json.len(),
    );
    Shown { text, hidden: head.hidden || tail.hidden, shortened: true }
}

/// How deep JSON text nests.
pub(super) fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text) = (0_usize, 0, false);
    for (_, unit) in units(json) {
        match unit {
            "\"" => in_text = !in_text,
            "[" | "{" if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            "]" | "}" if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{HEAD_CHARS, MAX_VALUE_CHARS, TAIL_CHARS, depth, shorten};

    #[test]
    fn the_longest_value_is_shown_whole() {
        let json = format!("\"{}\"", "a".repeat(MAX_VALUE_CHARS - 2));
        let shown = shorten(&json);
        assert_eq!((shown.text, shown.shortened), (json, false));
    }

    #[test]
    fn a_longer_one_loses_its_middle_and_says_so() {
        let json = serde_json::to_string(&format!("{}{}", "a".repeat(1_000_000), "\n".repeat(400)));
        let json = json.unwrap();
        let shown = shorten(&json);
        assert!(shown.shortened);
        let begins = format!("\"{}… 999502 characters", "a".repeat(HEAD_CHARS - 1));
        assert!(shown.text.starts_with(&begins), "{}", shown.text);
        // An escape is one character, and is not torn apart.
        let tail = format!("shown …{}\" … the whole is 1000402", "\\n".repeat(TAIL_CHARS - 1));
        assert!(shown.text.contains(&tail), "{}", shown.text);
        assert!(shown.text.contains("1000802 bytes, sha256 "), "{}", shown.text);
    }

    /// Two that differ only where nothing is shown are told apart by their digests.
    #[test]
    fn the_digest_is_of_what_is_not_shown_too() {
        let with =
            |middle| shorten(&format!("\"{}{middle}{}\"", "a".repeat(1000), "a".repeat(1000))).text;
        assert_ne!(with("x"), with("y"));
    }

    #[test]
    fn depth_is_counted_outside_of_text() {
        assert_eq!(depth(r#""[[[""#), 0);
        assert_eq!(depth(r#"{"a\"[":[[1],[2]]}"#), 3);
    }
}
