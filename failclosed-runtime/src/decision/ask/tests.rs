#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::{collection::vec, option, prelude::*};

use super::*;

fn ask(question: String, ids: [Option<String>; 3], members: Option<Vec<(usize, Ask)>>) -> Ask {
    let [approval, rule, decision] = ids.map(|id| id.map(Arc::from));
    let mut ask = Ask::new(question);
    ask.approval_id = approval;
    ask.grounds = Grounds { rule, decision_id: decision };
    ask.members = members
        .map(|members| members.into_iter().map(|(place, ask)| Member { place, ask }).collect());
    ask
}

/// Short texts of few letters, so that two of them are often nearly the same.
fn texts() -> impl Strategy<Value = String> {
    "[ab\\x00\\x01]{0,3}"
}

fn leaves() -> impl Strategy<Value = Ask> {
    let ids = [option::of(texts()), option::of(texts()), option::of(texts())];
    (texts(), ids).prop_map(|(question, ids)| ask(question, ids, None))
}

fn asks() -> impl Strategy<Value = Ask> {
    leaves().prop_recursive(2, 8, 3, |inner| {
        let ids = [option::of(texts()), option::of(texts()), option::of(texts())];
        (texts(), ids, option::of(vec((0..3_usize, inner), 0..3)))
            .prop_map(|(question, ids, members)| ask(question, ids, members))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// One form, one question: `==` looks at every field, and these have no stamps to differ by.
    #[test]
    fn two_questions_have_one_form_if_they_are_the_same(one in asks(), other in asks()) {
        prop_assert_eq!(one.canonical() == other.canonical(), one == other);
        prop_assert_eq!(one.is_same_question(&other), one == other);
        prop_assert!(one.is_same_question(&one.clone()));
    }
}

/// Each part makes it another question; nothing that is no part of it does.
#[test]
fn every_part_counts_and_nothing_else() {
    let member = |place, question: &'static str| Member { place, ask: Ask::new(question) };
    let base = || {
        let mut ask = Ask::new("really?").with_approval_id("CR-1");
        ask.grounds = Grounds { rule: Some("limit".into()), decision_id: Some("d1".into()) };
        ask.members = Some([member(0, "really?"), member(2, "sure?")].into());
        ask
    };
    let changes: [fn(&mut Ask); 9] = [
        |ask| ask.question = "really? ".into(),
        |ask| ask.approval_id = Some("CR-2".into()),
        |ask| ask.approval_id = None,
        |ask| ask.grounds.rule = Some("other".into()),
        |ask| ask.grounds.rule = None,
        |ask| ask.grounds.decision_id = Some("d2".into()),
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
