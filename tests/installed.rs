//! The guard of a whole process. One test, because there is one process: a scope anywhere in it
//! changes what the installed guard stands for.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject, audit::MemoryLog, authority_fn, error::ConfigError,
    requires_permission,
};
use failclosed_tests::decisions;

static BODIES: AtomicUsize = AtomicUsize::new(0);

#[requires_permission(action = "purchase")]
async fn charge() -> Result<(), Denial> {
    BODIES.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

fn guard(agent: &str, log: &MemoryLog) -> Guard {
    let authority = authority_fn(async |_| Ok(Decision::allow()));
    let subject = Subject::agent(agent).unwrap();
    failclosed::danger::unchecked(Guard::builder(subject, authority, log.clone()), "a test")
        .unwrap()
}

/// A11: scope lost by `spawn` while another, broader guard is installed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scope_lost_while_another_guard_is_installed_denies() {
    let (robot, visitor) = (MemoryLog::new(), MemoryLog::new());

    // Nothing is installed.
    assert_eq!(charge().await.unwrap_err().cause(), Cause::NotConfigured);

    // Whoever is lent a guard does not make it everybody's: neither the one that denies, nor, in the
    // `Drop` of work that never ran and so left no scope, an agent's.
    struct Installs;
    impl Drop for Installs {
        fn drop(&mut self) {
            let refused = Guard::current().install().unwrap_err();
            assert!(matches!(refused, ConfigError::Lent), "{refused}");
        }
    }
    drop(Installs);
    let work = Installs;
    drop(guard("visitor", &visitor).scope(async move { drop(work) }));
    assert_eq!(charge().await.unwrap_err().cause(), Cause::NotConfigured);

    // A program that is one agent: every task has the installed guard.
    guard("robot", &robot).install().unwrap();
    // A scope that nobody ever ran is no scope.
    drop(guard("visitor", &visitor).scope(charge()));
    charge().await.unwrap();
    tokio::spawn(charge()).await.unwrap().unwrap();
    assert_eq!((BODIES.load(Ordering::SeqCst), decisions(&robot).len()), (2, 2));

    // A second one does not replace it.
    let error = guard("usurper", &robot).install().unwrap_err();
    assert!(matches!(error, ConfigError::AlreadyInstalled { .. }), "{error}");

    // A task with a scope of its own.
    let scoped = guard("visitor", &visitor);
    scoped.scope(charge()).await.unwrap();
    assert_eq!(decisions(&visitor)[0].subject.agent_id(), "visitor");

    // The visitor's work that lost its scope must not act as the robot.
    let denial = scoped.scope(async { tokio::spawn(charge()).await }).await.unwrap().unwrap_err();
    assert_eq!(denial.cause(), Cause::NotConfigured);
    assert!(denial.detail().unwrap().contains("Guard::current().scope"), "{denial:?}");

    // Nor can a task that never had one be told apart from it any more.
    assert_eq!(charge().await.unwrap_err().cause(), Cause::NotConfigured);
    assert_eq!((BODIES.load(Ordering::SeqCst), decisions(&robot).len()), (3, 2));

    // Handed on, it is the visitor again.
    tokio::spawn(scoped.scope(charge())).await.unwrap().unwrap();
    assert_eq!(decisions(&visitor).len(), 2);

    // And nothing can be installed where tasks have scopes.
    let error = guard("late", &robot).install().unwrap_err();
    assert!(error.to_string().contains("tasks have guards of their own"), "{error}");
}
