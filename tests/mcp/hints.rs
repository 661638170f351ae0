//! What a tool says about itself makes things stricter, never laxer.

use std::sync::Arc;

use failclosed::{
    Authority, Cause, Denial, Request, Subject,
    authority::Answer,
    guarded,
    mcp::{CallerGuards, ToolCall, hinted},
    requires_permission,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, ask, deny, error, hangs, panics},
    decisions,
};
use rmcp::{model::ToolAnnotations, tool, tool_router};

use crate::server::connect;

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

#[derive(Clone)]
struct Tools {
    guards: CallerGuards,
    shop: Shop,
}

#[guarded]
#[tool_router(server_handler)]
impl Tools {
    /// Says that it only reads.
    #[requires_permission(action = "purchase", guard = self.guards.of(&call))]
    #[tool(annotations(read_only_hint = true))]
    async fn reads(&self, call: ToolCall) -> Result<String, Denial> {
        self.shop.ran();
        Ok(call.tool().to_owned())
    }

    /// Says nothing.
    #[requires_permission(action = "purchase", guard = self.guards.of(&call))]
    #[tool]
    async fn writes(&self, call: ToolCall) -> Result<String, Denial> {
        self.shop.ran();
        Ok(call.tool().to_owned())
    }
}

/// The hints of a server's own tools, by the name that was called. One that is not listed says
/// nothing.
#[tokio::test]
async fn a_server_is_stricter_by_its_own_hints() {
    let all = Tools::tool_router().list_all();
    for (listed, expected) in [(&all[..], [None, Some(true)]), (&[], [Some(true), Some(true)])] {
        let running = Rig::with(Says(allow)).build();
        let guards = CallerGuards::new(running.shop.guard().clone()).stricter_by_hints(listed);
        let client = connect(Tools { guards, shop: running.shop.clone() }).await;
        for (tool, expected) in ["reads", "writes"].into_iter().zip(expected) {
            let before = running.shop.bodies();
            let result = client.call(tool).await;
            let blocked = result.is_error.filter(|error| *error);
            assert_eq!(blocked, expected, "{tool}: {result:?}");
            assert_eq!(running.shop.bodies() - before, usize::from(expected.is_none()), "{tool}");
        }
        assert_eq!(decisions(&running.log).len(), 2);
    }
}

/// Over a transport that attaches nothing, a server that wants to know its callers knows none.
#[tokio::test]
async fn a_transport_that_does_not_say_who_calls_is_denied() {
    struct Verified;
    let running = Rig::with(Says(allow)).build();
    let guards = CallerGuards::new(running.shop.guard().clone())
        .identified_by_attached(|_: &Verified| Ok(Subject::agent("shopper")?));
    let client = connect(Tools { guards, shop: running.shop.clone() }).await;
    let result = client.call("reads").await;
    assert_eq!((result.is_error, running.shop.bodies()), (Some(true), 0), "{result:?}");
    let decision = decisions(&running.log).pop().unwrap();
    assert_eq!(
        (decision.cause, decision.subject.agent_id()),
        (Some(Cause::NotConfigured), "unknown")
    );
}
