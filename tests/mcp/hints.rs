//! What a tool says about itself makes things stricter, never laxer.

use std::sync::Arc;

use failclosed::{Answer, Authority, Cause, Request, mcp::hinted};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask, deny, error, hangs, panics},
};
use rmcp::model::ToolAnnotations;

fn hints(read_only: Option<bool>, destructive: Option<bool>) -> ToolAnnotations {
    ToolAnnotations::from_raw(None, read_only, destructive, None, None)
}

fn all() -> Vec<Option<ToolAnnotations>> {
    let values = [None, Some(false), Some(true)];
    let pairs = values.into_iter().flat_map(|one| values.map(|other| hints(one, other)));
    pairs.map(Some).chain([None]).collect()
}

/// Only a tool that says it reads, and does not say it destroys.
fn claims_to_be_harmless(annotations: Option<&ToolAnnotations>) -> bool {
    annotations.is_some_and(|hints| {
        hints.read_only_hint == Some(true) && hints.destructive_hint != Some(true)
    })
}

#[tokio::test]
async fn an_allow_for_a_tool_that_may_change_things_becomes_a_question() {
    let mut raised = 0;
    for annotations in all() {
        let rig = Rig::with(hinted(Says(allow), annotations.as_ref()));
        if claims_to_be_harmless(annotations.as_ref()) {
            let running = rig.build();
            running.shop.charge("coachella.com", 742).await.unwrap();
        } else {
            let proof = rig.denies(Cause::NeedsApproval).await;
            assert!(proof.denial.to_string().contains("the tool "), "{}", proof.denial);
            raised += 1;
        }
    }
    assert_eq!(raised, 8);
}

/// An agent took `readOnlyHint` as a permission, in a mode where it had to ask about every call.
#[tokio::test(start_paused = true)]
async fn no_hint_makes_an_allow() {
    let faults: [(fn() -> Answer<'static>, Cause); 5] = [
        (deny, Cause::Denied),
        (ask, Cause::NeedsApproval),
        (error, Cause::Unavailable),
        (panics, Cause::Unavailable),
        (hangs, Cause::TimedOut),
    ];
    for annotations in all() {
        for (fault, cause) in faults {
            Rig::with(hinted(Says(fault), annotations.as_ref())).denies(cause).await;
        }
    }
}

/// A person's yes answers the question that the hint raised.
#[tokio::test]
async fn a_person_may_say_yes() {
    let authority = Arc::new(hinted(Says(allow), None));
    let rig = Rig::with(authority).approver(Says(allow), std::time::Duration::from_secs(5));
    assert_eq!(rig.build().shop.charge("coachella.com", 742).await.unwrap(), 742);
}

/// An authority that takes its time is raised too.
#[tokio::test]
async fn a_late_allow_becomes_a_question_too() {
    struct Later;
    impl Authority for Later {
        fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
            Answer::pending(async {
                tokio::task::yield_now().await;
                Ok(failclosed::Decision::allow())
            })
        }
    }
    Rig::with(hinted(Later, None)).denies(Cause::NeedsApproval).await;
}
