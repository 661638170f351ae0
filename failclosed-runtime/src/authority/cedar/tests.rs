//! What no caller can bring about: a lock poisoned, a reload cut off.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use std::time::Duration;

use super::{CedarAuthority, failed::Change, shared::Unfinished};

#[test]
fn a_poisoned_lock_gives_no_decision_until_a_reload() {
    let schema = "entity Agent; action act appliesTo { principal: Agent, resource: Agent };";
    let policies = "permit(principal, action, resource);";
    let authority = CedarAuthority::builder(schema, policies).build().unwrap();
    let shared = authority.0.clone();
    let poisoner = std::thread::spawn(move || {
        shared.poison();
    });
    poisoner.join().unwrap_err();
    assert_eq!(authority.0.state().unwrap_err().detail(), "the lock of the policies is poisoned");
    authority.reload(schema, policies).unwrap();
    assert!(authority.0.state().unwrap().failures.first().is_none());
}

#[test]
fn a_reload_cut_off_by_a_panic_is_a_failed_one() {
    let schema = "entity Agent; action act appliesTo { principal: Agent, resource: Agent };";
    let policies = "permit(principal, action, resource);";
    let builder = CedarAuthority::builder(schema, policies);
    let authority = builder.deny_after_failed_reload(Duration::ZERO).build().unwrap();
    drop(Unfinished(&authority.0, &Change::Entities));
    let failures = authority.0.state().unwrap().failures;
    assert_eq!(&*failures.first().unwrap().why, "loading them panicked");
    assert!(authority.version().unwrap().ends_with("a later reload failed"));
}
