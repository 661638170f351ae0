#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use unicode_properties::{GeneralCategoryGroup::Mark, UnicodeGeneralCategory as _};

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
    let is_mark = Mark == c.general_category_group();
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
            prop_assert!(!shown.contains(['\n', '\r', '\u{2028}', '\u{85}']), "{shown:?}");
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
    for text in [
        "Zürich, Größe 12.50 €",
        "naïve, Ελλάδα, Київ",
        "Tiếng Việt: Nguyễn Thị Hồng",
        "東京 ノート ガラス",
        "한국어 값, 괜찮아",
        "ภาษาไทย น้ำ ที่นี่",
        "ພາສາລາວ ນ້ຳ",
        "हिन्दी लड़का क्षेत्र दुःख",
        "বাংলা কো ড়",
        "ਪੰਜਾਬੀ ગુજરાતી ଓଡ଼ିଆ",
        "தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල",
        "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ مُحَمَّدٌ",
        "שָׁלוֹם בְּרֵאשִׁית",
        "ខ្មែរ ស្ត្រី",
        "မြန်မာ မန္တလေး",
        "བོད་སྐད་ ܣܘܼܪܝܬ ދިވެހި",
        "🎫 10 m² ½ a\u{302b0}",
    ] {
        let escaped = escape(text);
        assert_eq!((escaped.text.as_str(), escaped.hidden), (text, false));
        assert_eq!(escaped.alike.note(), None, "{text}");
    }
}

/// Over all of Unicode: on a letter, a digit or a sign of a script that needs none, no mark is shown as
/// itself, and what is written out is pointed out.
#[test]
fn no_mark_is_shown_on_what_has_none() {
    let marks: Vec<_> = every().filter(|c| c.general_category_group() == Mark).collect();
    assert!(marks.len() > 2_400, "{}", marks.len());
    for base in ['a', 'Z', 'é', 'я', 'α', '7', '-', '"', '漢', '가', 'か', 'א', '٣'] {
        for mark in &marks {
            // Hebrew has its own: the others are none of them.
            let its_own = base == 'א' && ('\u{591}'..='\u{5c7}').contains(mark);
            let escaped = escape(&format!("{base}{mark}b"));
            if its_own {
                continue;
            }
            let expected = format!("{base}\\u{{{:x}}}b", u32::from(*mark));
            let plain = if base == '"' { expected.replace("\\\"", "\"") } else { expected };
            assert_eq!((escaped.text, escaped.hidden), (plain, true), "{base} {mark:?}");
        }
    }
}

/// Over all of Unicode: a mark is shown on the letters of one script at most, and never one that
/// encloses, or is of no script.
#[test]
fn a_mark_is_shown_on_the_letters_of_its_script_alone() {
    let letters = "אبܐހकকਕકକகకಕഅකกກཀကក";
    let marks = every().filter(|c| c.general_category_group() == Mark);
    let mut shown_at_all = 0;
    for mark in marks {
        let on = |letter: &char| escape(&format!("{letter}{mark}")).text.ends_with(mark);
        let shown: Vec<_> = letters.chars().filter(on).collect();
        assert!(shown.len() <= 1, "{mark:?} on {shown:?}");
        let is_loose = matches!(mark, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1cd0}'..='\u{1cff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe2f}' | '\u{10000}'..);
        assert!(!is_loose || shown.is_empty(), "{mark:?} on {shown:?}");
        shown_at_all += shown.len();
    }
    assert!((300..700).contains(&shown_at_all), "{shown_at_all}");
}

/// What draws nothing but joins the next letter is shown where there is one.
#[test]
fn a_joiner_needs_a_letter_to_join() {
    for (before, joiner, after) in [('က', '\u{1039}', 'တ'), ('ក', '\u{17d2}', 'ម')] {
        let shown = |text: String| !escape(&text).hidden;
        assert!(shown(format!("{before}{joiner}{after}")));
        for bad in ["", "a", "1", " ", "\u{1039}", "\u{17d2}", "\u{17b6}", "\u{102c}"] {
            assert!(!shown(format!("{before}{joiner}{bad}")), "{bad:?}");
        }
    }
}

/// Two texts that no screen shows apart: one of them is written out.
#[test]
fn what_is_another_character_is_written_out() {
    let jamo = ('\u{1100}'..='\u{11ff}').chain('\u{d7b0}'..='\u{d7ff}');
    let others =
        ['\u{212b}', '\u{2126}', '\u{37e}', '\u{1fef}', '\u{f900}', '\u{2f800}', '\u{fdfd}'];
    for c in jamo.chain(others).chain(['\u{fb2a}', '\u{fe8d}', '\u{fb4f}']) {
        for base in ["", "a", "7", "가"] {
            assert!(escape(&format!("{base}{c}")).hidden, "{base} {c:?}");
        }
    }
    // Letters in pieces, with another mark between them too.
    for pieces in
        ["u\u{308}", "ا\u{653}", "ا\u{64e}\u{653}", "ন\u{9c7}\u{9be}", "か\u{3099}", "ᄒ\u{1161}"]
    {
        assert!(escape(pieces).hidden, "{pieces}");
    }
}

#[test]
fn what_looks_like_a_sign_of_ascii_is_named() {
    for c in [
        '\u{2044}', '\u{2215}', '\u{ff02}', '\u{201d}', '\u{2019}', '\u{2ee}', '\u{a78a}',
        '\u{2223}', '\u{ff0f}', '\u{ff1b}', '\u{fe68}', '\u{2013}', '\u{2212}', '\u{1c3}',
        '\u{ff41}', '\u{2024}', '\u{204e}', '\u{2cb}', '\u{2016}',
    ] {
        let escaped = escape(&format!("a{c}b"));
        let named = format!("U+{:04X}", u32::from(c));
        let note = escaped.alike.note();
        assert!(escaped.hidden || note.is_some_and(|note| note.ends_with(&named)), "{c:?}");
    }
    let many = escape("\u{ff01}\u{ff02}\u{ff03}\u{ff04}\u{ff05}\u{ff06}\u{ff07}\u{ff08}\u{ff09}");
    assert!(many.alike.note().unwrap().ends_with("U+FF08 and more"));
}

fn every() -> impl Iterator<Item = char> {
    (0..=0x10_ffff).filter_map(char::from_u32)
}

#[test]
fn marks_do_not_pile_up() {
    let thai = format!("ก{}", "\u{e49}".repeat(5));
    assert_eq!(escape(&thai).text, "ก\u{e49}\u{e49}\u{e49}\\u{e49}\\u{e49}");
    assert_eq!(escape("7\u{e49}").text, "7\\u{e49}");
}
