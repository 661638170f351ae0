#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::{collection::vec, option, prelude::*};

use super::*;

fn ask(question: String, ids: [Option<String>; 4], members: Option<Vec<(usize, Ask)>>) -> Ask {
    let [approval, rule, decision, version] = ids.map(|id| id.map(Arc::from));
    let mut ask = Ask::new(question);
    ask.approval_id = approval;
    ask.grounds = Grounds { rule, decision_id: decision, version, policies: None };
    ask.members = members
        .map(|members| members.into_iter().map(|(place, ask)| Member { place, ask }).collect());
    ask
}

/// Short texts of few letters, so that two of them are often nearly the same.
fn texts() -> impl Strategy<Value = String> {
    "[ab\\x00\\x01]{0,3}"
}

fn leaves() -> impl Strategy<Value = Ask> {
    let ids = [(); 4].map(|()| option::of(texts()));
    (texts(), ids).prop_map(|(question, ids)| ask(question, ids, None))
}

fn asks() -> impl Strategy<Value = Ask> {
    leaves().prop_recursive(2, 8, 3, |inner| {
        let ids = [(); 4].map(|()| option::of(texts()));
        (texts(), ids, option::of(vec((0..3_usize, inner), 0..3)))
            .prop_map(|(question, ids, members)| ask(question, ids, members))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The question can be read back from its form, so that no two questions have one form. `==` looks
    /// at every field, and these have no stamps to differ by.
    #[test]
    fn a_form_is_the_form_of_one_question(ask in asks()) {
        let form = ask.canonical();
        let mut rest = form.as_slice();
        prop_assert_eq!(read_back(&mut rest), ask);
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn the_same_question_is_the_equal_one(one in asks(), other in asks()) {
        prop_assert_eq!(one.is_same_question(&other), one == other);
        prop_assert!(one.is_same_question(&one.clone()));
    }
}

fn take<'f>(form: &mut &'f [u8], bytes: usize) -> &'f [u8] {
    let (taken, rest) = form.split_at(bytes);
    *form = rest;
    taken
}

fn read_number(form: &mut &[u8]) -> usize {
    let bytes: [u8; 8] = take(form, 8).try_into().unwrap();
    usize::try_from(u64::from_be_bytes(bytes)).unwrap()
}

fn read_text(form: &mut &[u8]) -> String {
    let bytes = read_number(form);
    String::from_utf8(take(form, bytes).to_vec()).unwrap()
}

fn read_back(form: &mut &[u8]) -> Ask {
    fn optional<T>(form: &mut &[u8], read: impl FnOnce(&mut &[u8]) -> T) -> Option<T> {
        match take(form, 1) {
            [0] => None,
            [1] => Some(read(form)),
            mark => panic!("{mark:?}"),
        }
    }
    let question = read_text(form);
    let ids = [(); 4].map(|()| optional(form, read_text));
    let members = optional(form, |form| {
        let count = read_number(form);
        (0..count).map(|_| (read_number(form), read_back(form))).collect()
    });
    ask(question, ids, members)
}

/// Each part makes it another question; nothing that is no part of it does.
#[test]
fn every_part_counts_and_nothing_else() {
    let member = |place, question: &'static str| Member { place, ask: Ask::new(question) };
    let base = || {
        let mut ask = Ask::new("really?").with_approval_id("CR-1");
        ask.grounds = Grounds {
            rule: Some("limit".into()),
            decision_id: Some("d1".into()),
            version: None,
            policies: None,
        };
        ask.members = Some([member(0, "really?"), member(2, "sure?")].into());
        ask
    };
    let changes: [fn(&mut Ask); 10] = [
        |ask| ask.question = "really? ".into(),
        |ask| ask.approval_id = Some("CR-2".into()),
        |ask| ask.approval_id = None,
        |ask| ask.grounds.rule = Some("other".into()),
        |ask| ask.grounds.rule = None,
        |ask| ask.grounds.decision_id = Some("d2".into()),
        |ask| ask.grounds.version = Some("v2".into()),
        |ask| ask.members = None,
        |ask| ask.members = Some([].into()),
        // The member beside it asks in the same words.
        |ask| {
            let member = |place, question: &'static str| Member { place, ask: Ask::new(question) };
            ask.members = Some([member(1, "really?"), member(2, "sure?")].into());
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut other = base();
        change(&mut other);
        assert!(!base().is_same_question(&other), "{index}");
        assert_ne!(base().digest(), other.digest(), "{index}");
    }
    let mut stamped = base();
    stamped.danger = Some("observed".into());
    stamped.at_authority = true;
    stamped.attached = Some(Attached(Arc::new(1_u8)));
    assert!(base().is_same_question(&stamped));
    assert_eq!(base().digest(), stamped.digest());
}

/// Whatever a host attached, the questions are equal, and so with every set of features.
#[test]
fn what_is_attached_is_no_part_of_equality() {
    let (mut one, mut other) = (Ask::new("really?"), Ask::new("really?"));
    one.attached = Some(Attached(Arc::new(1_u8)));
    other.attached = Some(Attached(Arc::new("else")));
    assert_eq!(one, other);
}
