//! What a name may be.

use crate::text::{MAX_NAME, is_invisible, is_name};

#[path = "../../failclosed-runtime/src/text.rs"]
#[allow(dead_code, reason = "one of its rules is compared")]
mod runtime;

#[test]
fn names_follow_the_rule_for_text_from_elsewhere() {
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        assert_eq!(is_invisible(c), runtime::is_invisible(c), "{c:?}");
        if is_invisible(c) {
            assert!(!is_name(&format!("pay{c}")) && !is_name(&format!("p{c}ay")), "{c:?}");
        }
    }
    assert_eq!(MAX_NAME, runtime::MAX_NAME);
}

#[test]
fn a_name_is_as_long_as_it_may_be() {
    assert!(is_name(&"\u{e9}".repeat(MAX_NAME)) && !is_name(&"\u{e9}".repeat(MAX_NAME + 1)));
    for blank in ["", " ", " pay", "pay ", "pay\u{2003}", "\u{3000}pay", "pay\n"] {
        assert!(!is_name(blank), "{blank:?}");
    }
    assert!(is_name("pay all"));
}
