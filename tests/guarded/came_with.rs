//! What came with a call is known by its type, and needs no `skip`; a type of one's own with the same
//! name is an argument.

use failclosed::{
    Action, Denial, Guard, Locked, Permit,
    audit::{Entry, MemoryLog},
    guarded, requires_permission,
};
use serde_json::{Value, json};

use crate::{Behaviour, guard, pay::Ran};

#[derive(Action)]
#[action(name = "charge")]
struct Charge;

#[guarded(skip(ran))]
mod given {
    use super::*;

    /// By reference, and in a reference to one.
    #[requires_permission(action = Charge, guard = guard)]
    pub(super) async fn charge(
        #[permit] permit: Permit<'_, Charge>,
        guard: &Guard,
        client: &&Locked<u64, Charge>,
        mut spare: Guard,
        other: &mut Guard,
        ran: &Ran,
        amount: u64,
    ) -> Result<u64, Denial> {
        ran.once_more();
        spare.clone_from(other);
        Ok(amount + client.open(&permit))
    }

    /// By the type that is known, whatever it is called here.
    #[requires_permission(action = "alias", guard = desk)]
    pub(super) async fn alias(desk: &Desk, ran: &Ran) -> Result<bool, Denial> {
        ran.once_more();
        Ok(true)
    }

    /// Of a type that anybody may choose: it is an argument.
    #[requires_permission(action = "any", guard = by)]
    pub(super) async fn any<T: serde::Serialize + Sync>(
        by: &Guard,
        value: T,
        ran: &Ran,
    ) -> Result<T, Denial> {
        ran.once_more();
        Ok(value)
    }
}

type Desk = Guard;

mod own {
    //! Types of the user's that are called like those that are known.

    #[derive(serde::Serialize)]
    pub(super) struct Guard(pub(super) u64);

    #[derive(serde::Serialize)]
    pub(super) struct ToolCall {
        pub(super) tool: &'static str,
    }

    #[derive(serde::Serialize)]
    pub(super) struct Peer<T>(pub(super) T);

    /// Called as a guard is, and reached through what points to one.
    #[derive(serde::Serialize)]
    pub(super) struct Around(#[serde(skip)] pub(super) failclosed::Guard, pub(super) u64);

    impl std::ops::Deref for Around {
        type Target = failclosed::Guard;

        fn deref(&self) -> &failclosed::Guard {
            &self.0
        }
    }
}

#[requires_permission(action = "own", guard = by)]
async fn own(
    by: &Guard,
    guard: own::Guard,
    call: &own::ToolCall,
    peer: own::Peer<&str>,
    around: own::Around,
) -> Result<u64, Denial> {
    Ok(guard.0 + call.tool.len() as u64 + peer.0.len() as u64 + around.1)
}

fn asked(log: &MemoryLog) -> Value {
    match log.entries().into_iter().next() {
        Some(Entry::Decision(decision)) => decision.arguments.clone(),
        other => panic!("no decision first: {other:?}"),
    }
}

#[tokio::test]
async fn what_came_with_a_call_is_no_argument() {
    for (behaviour, bodies) in [(Behaviour::Allow, 1), (Behaviour::Deny, 0)] {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let guard = guard(behaviour, &log);
        let lock = Locked::new(700);
        let mut other = guard.clone();
        let got = given::charge(&guard, &&lock, guard.clone(), &mut other, &ran, 42).await;
        assert_eq!((got.ok(), ran.times()), ((bodies == 1).then_some(742), bodies));
        assert_eq!(asked(&log), json!({ "amount": 42 }));
        assert_eq!(given::alias(&guard, &ran).await.is_ok(), bodies == 1);
        assert_eq!(given::any(&guard, 7, &ran).await.is_ok(), bodies == 1);
        assert_eq!((ran.times(), log.entries().len()), (3 * bodies, 3 * (1 + bodies)));
    }
}

#[tokio::test]
async fn a_type_of_ones_own_is_an_argument_whatever_its_name() {
    let log = MemoryLog::new();
    let by = guard(Behaviour::Allow, &log);
    let around = own::Around(by.clone(), 3);
    let call = own::ToolCall { tool: "pay" };
    let got = own(&by, own::Guard(1), &call, own::Peer("x"), around).await;
    assert_eq!(got.unwrap(), 8);
    let all = json!({ "guard": 1, "call": { "tool": "pay" }, "peer": "x", "around": [3] });
    assert_eq!(asked(&log), all);
}
