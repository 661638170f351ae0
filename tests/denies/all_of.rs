//! C5: several authorities. Every combination of what two and three members can do.

use std::{sync::Arc, time::Duration};

use failclosed::{Authority, Cause, Decision, Request, all_of, authority::Answer};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, allow_after, ask, deny, error, hangs, panics},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Allow,
    AllowLater,
    Deny,
    DenyLater,
    Ask,
    Error,
    Panic,
    PanicLater,
    Hang,
}

const ALL: [Does; 9] = [
    Does::Allow,
    Does::AllowLater,
    Does::Deny,
    Does::DenyLater,
    Does::Ask,
    Does::Error,
    Does::Panic,
    Does::PanicLater,
    Does::Hang,
];

impl Authority for Does {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        let second = Duration::from_secs(1);
        match self {
            Self::Allow => allow(),
            Self::AllowLater => allow_after(second),
            Self::Deny => deny(),
            Self::DenyLater => Answer::pending(async move {
                tokio::time::sleep(second).await;
                Ok(Decision::deny("over the limit"))
            }),
            Self::Ask => ask(),
            Self::Error => error(),
            Self::Panic => panics(),
            Self::PanicLater => Answer::pending(async move {
                tokio::time::sleep(second).await;
                panic!("boom")
            }),
            Self::Hang => hangs(),
        }
    }
}

/// The reference: `None` is an allow.
fn expected(members: &[Does]) -> Option<Cause> {
    let any = |of: &[Does]| members.iter().any(|member| of.contains(member));
    if any(&[Does::Deny, Does::DenyLater]) {
        Some(Cause::Denied)
    } else if any(&[Does::Hang]) {
        Some(Cause::TimedOut)
    } else if any(&[Does::Error, Does::Panic, Does::PanicLater]) {
        Some(Cause::Unavailable)
    } else if any(&[Does::Ask]) {
        Some(Cause::NeedsApproval)
    } else {
        None
    }
}

async fn prove(members: &[Does], authority: impl Authority + 'static) {
    let rig = Rig::with(authority);
    match expected(members) {
        Some(cause) => {
            rig.denies_call(cause, async |shop| {
                let result = shop.charge("coachella.com", 742).await;
                // Says which row it was, should it be the wrong cause.
                if result.as_ref().err().map(failclosed::Denial::cause) != Some(cause) {
                    println!("{members:?}");
                }
                result
            })
            .await;
        }
        None => rig.build().healthy().await,
    }
}

#[tokio::test(start_paused = true)]
async fn every_pair_allows_only_if_both_allow_and_otherwise_denies() {
    for first in ALL {
        for second in ALL {
            prove(&[first, second], all_of(first, second)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_three_allow_only_if_all_allow_and_otherwise_denies() {
    for first in ALL {
        for second in ALL {
            for third in ALL {
                prove(&[first, second, third], all_of(first, second).and(third)).await;
            }
        }
    }
}

/// A set inside a set is no way out.
#[tokio::test(start_paused = true)]
async fn every_nested_set_allows_only_if_all_allow_and_otherwise_denies() {
    for first in ALL {
        for second in ALL {
            for third in ALL {
                prove(&[first, second, third], all_of(first, all_of(second, third))).await;
            }
        }
    }
}

/// Boxed and shared authorities answer like the ones inside.
#[tokio::test(start_paused = true)]
async fn every_boxed_and_shared_member_that_does_not_allow_denies() {
    for does in ALL {
        let boxed: Box<dyn Authority> = Box::new(does);
        prove(&[does], boxed).await;
        let shared: Arc<dyn Authority> = Arc::new(does);
        prove(&[does], shared).await;
    }
}

/// A no is not hidden by those that failed, and they are not hidden by it.
#[tokio::test]
async fn a_no_tells_of_the_others_and_denies() {
    let also = Says(|| Decision::deny("not on a Sunday").rule("sunday").into());
    let set = all_of(Says(error), Says(deny)).and(also).and(Says(panics));
    let proof = Rig::with(set).denies(Cause::Denied).await;
    assert_eq!(proof.denial.reason(), "over the limit");
    let detail = proof.denial.detail().unwrap();
    for part in ["not on a Sunday", "connection refused", "boom"] {
        assert!(detail.contains(part), "{detail}");
    }
}

/// Two questions are put as one, and one yes answers that one.
#[tokio::test]
async fn two_questions_without_a_person_deny() {
    let other = Says(|| Decision::ask("on a Sunday?").into());
    let proof = Rig::with(all_of(Says(ask), other)).denies(Cause::NeedsApproval).await;
    assert_eq!(proof.denial.reason(), "really buy it?; on a Sunday?");
}
