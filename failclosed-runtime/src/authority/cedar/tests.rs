//! What no caller can bring about: a lock poisoned, a reload cut off.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use super::{CedarAuthority, State, Unfinished};

#[test]
fn a_poisoned_lock_gives_no_decision_until_a_reload() {
    let schema = "entity Agent; action act appliesTo { principal: Agent, resource: Agent };";
    let policies = "permit(principal, action, resource);";
    let authority = CedarAuthority::builder(schema, policies).build().unwrap();
    let shared = authority.0.clone();
    let poisoner = std::thread::spawn(move || {
        let _held = shared.state.write().unwrap();
        std::panic::resume_unwind(Box::new("poison"));
    });
    poisoner.join().unwrap_err();
    assert_eq!(authority.0.state().unwrap_err().detail(), "the lock of the policies is poisoned");
    authority.reload(schema, policies).unwrap();
    assert!(matches!(authority.0.state(), Ok(State::Loaded(_))));
}

#[test]
fn a_reload_cut_off_by_a_panic_denies() {
    let schema = "entity Agent; action act appliesTo { principal: Agent, resource: Agent };";
    let policies = "permit(principal, action, resource);";
    let authority = CedarAuthority::builder(schema, policies).build().unwrap();
    drop(Unfinished(&authority.0));
    assert!(matches!(authority.0.state(), Ok(State::Failed(_))));
}
