//! Policies that are replaced while they are in use.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{
    env, fs, process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use cedar_common::{POLICIES, SCHEMA, Shop, authority, lunch};
use failclosed_runtime::{Cause, cedar::CedarError};

const CLOSED: &str = r#"
    @id("shopping") permit(principal, action, resource);
    @id("closed") forbid(principal, action, resource);
"#;

#[tokio::test]
async fn a_reload_takes_effect_in_every_clone() {
    let authority = authority(POLICIES);
    let shop = Shop::new(authority.clone());
    shop.allowed(lunch()).await;
    authority.reload(SCHEMA, CLOSED).unwrap();
    assert_eq!(shop.denied(lunch(), Cause::Denied).await.rule.as_deref(), Some("closed"));
    authority.reload(SCHEMA, POLICIES).unwrap();
    shop.allowed(lunch()).await;
}

#[tokio::test]
async fn a_failing_reload_denies_until_repaired() {
    let authority = authority(POLICIES);
    let shop = Shop::new(authority.clone());
    let broken = [
        (SCHEMA, "permit("),
        (SCHEMA, ""),
        (SCHEMA, "permit(principal, action, resource) when { context.amont < 5 };"),
        (SCHEMA, "permit(principal == ?principal, action, resource);"),
        ("entity", POLICIES),
        // Parses and validates, and has none of the types this authority was built for.
        (
            "entity Robot; action read appliesTo { principal: Robot, resource: Robot };",
            "permit(principal, action, resource);",
        ),
    ];
    for (schema, policies) in broken {
        let error = authority.reload(schema, policies).unwrap_err();
        for _ in 0..2 {
            let record = shop.denied(lunch(), Cause::Unavailable).await;
            let detail = record.detail.unwrap();
            assert!(detail.contains("the policies failed to load"), "{detail}");
            assert!(detail.contains(&error.to_string()), "{detail}");
        }
        shop.guard.self_check().await.unwrap_err();
        authority.reload(SCHEMA, POLICIES).unwrap();
        shop.allowed(lunch()).await;
    }
}

#[tokio::test]
async fn a_file_that_is_gone_at_reload_denies() {
    let directory = env::temp_dir().join(format!("failclosed-cedar-{}-reload", process::id()));
    fs::create_dir_all(&directory).unwrap();
    let (schema, policies) = (directory.join("shop.cedarschema"), directory.join("shop.cedar"));
    fs::write(&schema, SCHEMA).unwrap();
    fs::write(&policies, POLICIES).unwrap();
    let authority = authority(CLOSED);
    let shop = Shop::new(authority.clone());
    authority.reload_from_files(&schema, &policies).unwrap();
    shop.allowed(lunch()).await;
    fs::remove_file(&policies).unwrap();
    let error = authority.reload_from_files(&schema, &policies).unwrap_err();
    assert!(matches!(error, CedarError::Read { what: "policies", .. }), "{error:?}");
    shop.denied(lunch(), Cause::Unavailable).await;
    fs::write(&policies, POLICIES).unwrap();
    authority.reload_from_files(&schema, &policies).unwrap();
    shop.allowed(lunch()).await;
}

/// Two sets that both deny lunch, each by a policy of its own name: a decision without a set, or
/// between two, would name no rule, both, or be an allow.
#[test]
fn replaced_while_in_use_denies() {
    let set = |name: &str| {
        format!(
            r#"@id("{name}-yes") permit(principal, action, resource);
               @id("{name}-no") forbid(principal, action == Action::"purchase", resource);"#
        )
    };
    let (old, new) = (set("old"), set("new"));
    let authority = authority(&old);
    let done = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..3)
        .map(|_| {
            let (authority, done) = (authority.clone(), done.clone());
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                let shop = Shop::new(authority);
                let mut seen = [0_usize; 2];
                runtime.unwrap().block_on(async {
                    while !done.load(Ordering::Relaxed) {
                        let denial = shop.call(lunch()).await.unwrap_err();
                        assert_eq!(denial.cause(), Cause::Denied, "{denial:?}");
                        let old = denial.rule() == Some("old-no");
                        assert!(old || denial.rule() == Some("new-no"), "{denial:?}");
                        seen[usize::from(old)] += 1;
                    }
                });
                assert_eq!(shop.bodies(), 0);
                assert_eq!(shop.decisions().len(), seen.iter().sum::<usize>());
                seen
            })
        })
        .collect();
    for round in 0..40 {
        authority.reload(SCHEMA, if round % 2 == 0 { &*new } else { &*old }).unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let mut seen = [0; 2];
    for asker in askers {
        let [new, old] = asker.join().unwrap();
        seen = [seen[0] + new, seen[1] + old];
    }
    assert!(seen.iter().all(|&count| count > 0), "one set was never in use: {seen:?}");
}
