//! The table as a whole.

use std::collections::BTreeSet;

use failclosed_drill::{Cause, Expect, Format, Group, drills};

#[test]
fn every_id_is_there_once_and_says_what_to_do() {
    for format in Format::ALL {
        let all = drills(format);
        let ids: BTreeSet<_> = all.iter().map(|drill| drill.id.as_ref()).collect();
        assert_eq!(ids.len(), all.len(), "{format}");
        for drill in &all {
            assert!(!drill.title.is_empty() && !drill.rounds.is_empty(), "{format} {drill:?}");
            // Whoever refuses on a drill has a cause to name; the recovery is about what follows.
            let causes = drill.causes.is_empty();
            let unnamed = matches!(drill.group, Group::Control | Group::Recovery);
            assert!(!causes || unnamed, "{format} {drill:?}");
        }
    }
}

/// The rows of the fault matrix that happen on the wire.
const ROWS: [&str; 56] = [
    "N1", "N2", "N3", "N4", "N6", "N7", "N8", "N9", "N10", "N11", "N12", "N13", "N14", "N15",
    "N16", "N17", "N18", "N19", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "H1.302", "H1.307", "H2",
    "H3.201", "H3.206", "H4.204", "H4.205", "H4.304", "H4.101", "H5.403", "H5.503", "H5.999", "H7",
    "H8", "H9", "H11", "H12", "H13", "J1.empty", "J2", "J3", "J4.one", "J5", "J6", "J8", "J8.10k",
    "J9", "B1.late", "N20.rst", "H6.100", "H14",
];

#[test]
fn every_row_of_the_matrix_is_in_every_format() {
    for format in Format::ALL {
        let all = drills(format);
        for row in ROWS {
            assert!(all.iter().any(|drill| drill.id == row), "{format} has no {row}");
        }
        for prefix in ["N5", "N20", "H5.", "J4.", "J7."] {
            assert!(all.iter().any(|drill| drill.id.starts_with(prefix)), "{format}: {prefix}");
        }
        let adverse = all.iter().filter(|drill| drill.is_adverse()).count();
        let controls = all.iter().filter(|drill| drill.is_control()).count();
        assert!(adverse >= 300, "{format} has {adverse}");
        assert!(controls >= 20, "{format} has {controls}");
    }
}

/// A body is adverse only if it is not the allow: a slip in a replacement would make a control of
/// it, and a correct client would be blamed.
#[test]
fn the_allow_is_valid_and_its_variations_are_others() {
    for format in Format::ALL {
        let allow: serde_json::Value = serde_json::from_str(&format.allow()).unwrap();
        let yes: serde_json::Value = serde_json::from_str(format.yes()).unwrap();
        let no: serde_json::Value = serde_json::from_str(format.no()).unwrap();
        assert_eq!(allow[format.key()], yes, "{format}");
        let deny: serde_json::Value = serde_json::from_str(&format.deny()).unwrap();
        assert_eq!(deny[format.key()], no, "{format}");
        let renamed: serde_json::Value = serde_json::from_str(&format.with_key("other")).unwrap();
        assert_eq!((&renamed["other"], renamed.get(format.key())), (&yes, None), "{format}");
        let without: serde_json::Value = serde_json::from_str(&format.undecided()).unwrap();
        assert_eq!(without.get(format.key()), None, "{format}");
        assert_eq!(format.name().parse::<Format>(), Ok(format));
    }
}

#[test]
fn a_cause_is_recognised_in_a_clients_words() {
    for words in ["timed_out", "TimedOut", "timed out after 300 ms", "Timed-out: silence"] {
        assert!(Cause::TimedOut.is_named_by(words), "{words}");
    }
    assert!(!Cause::TimedOut.is_named_by("unavailable: timed out"));
    assert!(!Cause::Denied.is_named_by(""));
}

#[test]
fn only_what_is_no_control_is_adverse() {
    for drill in drills(Format::Behalf) {
        assert!(!(drill.is_adverse() && drill.is_control()), "{drill:?}");
        let adverse = drill.rounds.iter().all(|round| *round == Expect::Refuse)
            && !matches!(drill.group, Group::Control | Group::Recovery);
        assert_eq!(drill.is_adverse(), adverse, "{drill:?}");
    }
}
