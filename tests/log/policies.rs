//! A record says by which policies it was decided, and a log keeps their text.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use failclosed::{
    Authority, Cause, Decision, Guard, NoDecision, Subject,
    audit::{Kind, Record, Writer, policies},
    authority::{all_of, answer_fn},
    danger,
    decision::Policies,
};

use crate::common::{Scratch, buy};

const FIRST: &str = "permit(principal, action, resource);";
const SECOND: &str = "forbid(principal, action, resource);";

/// Decides by one text, and later by another one.
fn reloaded(reads: &Arc<AtomicU64>) -> impl Authority + use<> {
    let reads = Arc::clone(reads);
    let texts = [FIRST, SECOND].map(|text| -> Arc<[Policies]> { Arc::new([Policies::new(text)]) });
    answer_fn(move |_| {
        let [first, second] = &texts;
        match reads.load(Ordering::SeqCst) {
            0 => Decision::allow().policies(Arc::clone(first)).into(),
            1 => Decision::deny("closed").policies(Arc::clone(second)).into(),
            _ => NoDecision::unavailable("gone").with_policies(Arc::clone(second)).into(),
        }
    })
}

fn guard(authority: impl Authority + 'static, writer: &Writer) -> Guard {
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    danger::unchecked(guard, "a test").unwrap()
}

fn decisions(scratch: &Scratch) -> Vec<Record> {
    let records = scratch.records().into_iter();
    records.filter(|record| record.record == Kind::Decision).collect()
}

#[tokio::test]
async fn each_decision_names_its_policies_and_the_log_keeps_them() {
    let (scratch, reads) = (Scratch::new(), Arc::new(AtomicU64::new(0)));
    let writer = Writer::open(scratch.store()).unwrap();
    let guard = guard(reloaded(&reads), &writer);
    for round in 0..3 {
        reads.store(round, Ordering::SeqCst);
        drop(buy(&guard, "lunch", 1).await);
    }
    writer.close().await.unwrap();
    let [first, second] = [FIRST, SECOND].map(Policies::new);
    let named: Vec<_> = decisions(&scratch).into_iter().map(|record| record.policies).collect();
    assert_eq!(named, [[first.digest()], [second.digest()], [second.digest()]]);
    for kept in [first, second] {
        assert_eq!(policies(scratch.path(), kept.digest()).unwrap(), Some(kept.clone()));
        let file = scratch.path().join("policies").join(kept.digest());
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(policies(scratch.path(), &"0".repeat(64)).unwrap(), None);
    scratch.whole();
}

#[tokio::test]
async fn all_that_decided_together_are_named() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let reads = Arc::new(AtomicU64::new(0));
    let other =
        answer_fn(|_| Decision::allow().policies(Vec::from([Policies::new("other")])).into());
    let both = all_of(reloaded(&reads), other);
    assert_eq!(buy(&guard(both, &writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let digests = [FIRST, "other"].map(|text| Policies::new(text).digest().to_owned());
    assert_eq!(decisions(&scratch)[0].policies, digests);
}

/// Policies that cannot be kept, or were changed where they are: whoever looks at the decision later
/// would look at other ones.
#[tokio::test]
async fn what_cannot_be_kept_denies() {
    let (scratch, reads) = (Scratch::new(), Arc::new(AtomicU64::new(0)));
    let writer = Writer::open(scratch.store()).unwrap();
    let digest = Policies::new(FIRST).digest().to_owned();
    // In the place of the directory stands something else.
    let there = scratch.path().join("policies");
    fs::write(&there, "").unwrap();
    let denied = async || {
        let (result, ran) = buy(&guard(reloaded(&reads), &writer), "lunch", 1).await;
        let denial = result.unwrap_err();
        assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0), "{denial:?}");
        denial.detail().unwrap().to_owned()
    };
    denied().await;
    // There is one with the name, and another text.
    fs::remove_file(&there).unwrap();
    fs::create_dir(&there).unwrap();
    fs::write(there.join(&digest), SECOND).unwrap();
    let why = denied().await;
    assert!(why.contains("were changed") && why.contains("help: "), "{why}");
    assert!(policies(scratch.path(), &digest).is_err());
    fs::remove_file(there.join(&digest)).unwrap();
    // A part that a crash left is written anew.
    fs::write(there.join(&digest).with_extension("part"), "permit(").unwrap();
    assert_eq!(buy(&guard(reloaded(&reads), &writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    assert_eq!(policies(scratch.path(), &digest).unwrap(), Some(Policies::new(FIRST)));
}

#[test]
fn only_a_digest_is_looked_for() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path().join("policies")).unwrap();
    for name in ["../lock", "", "/etc/passwd", &"..".repeat(32), &"g".repeat(64)] {
        assert!(policies(scratch.path(), name).is_err(), "{name}");
    }
}
