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
    time::{Duration, Instant},
};

use cedar_common::{POLICIES, SCHEMA, Shop, authority, lunch};
use cedar_policy::Entities;
use failclosed_runtime::{
    Cause,
    cedar::{CedarAuthority, CedarError},
};

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

/// What no authority over `SCHEMA` may be replaced by.
const BROKEN: [(&str, &str); 7] = [
    (SCHEMA, "permit("),
    (SCHEMA, ""),
    (SCHEMA, "permit(principal, action, resource) when { context.amont < 5 };"),
    (SCHEMA, "permit(principal == ?principal, action, resource);"),
    (SCHEMA, "@aks(\"sure?\") permit(principal, action, resource);"),
    ("entity", POLICIES),
    // Parses and validates, and has none of the types this authority was built for.
    (
        "entity Robot; action read appliesTo { principal: Robot, resource: Robot };",
        "permit(principal, action, resource);",
    ),
];

fn strict(grace: Duration) -> CedarAuthority {
    let builder = CedarAuthority::builder(SCHEMA, POLICIES).resource_type("Vendor");
    builder.deny_after_failed_reload(grace).build().unwrap()
}

#[tokio::test]
async fn a_failing_reload_replaces_nothing_and_is_on_record() {
    let authority = authority(POLICIES);
    let shop = Shop::new(authority.clone());
    let before = shop.allowed(lunch()).await.version.unwrap();
    assert!(before.starts_with("policies ") && before.contains(" entities "), "{before}");
    for (schema, policies) in BROKEN {
        authority.reload(schema, policies).unwrap_err();
        let record = shop.allowed(lunch()).await;
        assert_eq!(record.rule.as_deref(), Some("shopping"));
        let said = record.version.unwrap();
        assert_eq!(*said, format!("{before}, and a later reload failed"));
        assert_eq!(authority.version().unwrap(), said);
        // Nothing of a set that failed decides: what was forbidden is.
        let casino = cedar_common::Asked::default().with("amount", 1).on_id("casino.example");
        let record = shop.denied(cedar_common::Purchase(casino), Cause::Denied).await;
        assert_eq!(record.rule.as_deref(), Some("no-casinos"));
        authority.reload(SCHEMA, POLICIES).unwrap();
        assert_eq!(shop.allowed(lunch()).await.version.unwrap(), before);
    }
}

#[tokio::test]
async fn a_failing_reload_denies_until_repaired_where_that_is_set() {
    let authority = strict(Duration::ZERO);
    let shop = Shop::new(authority.clone());
    for (schema, policies) in BROKEN {
        let error = authority.reload(schema, policies).unwrap_err();
        for _ in 0..2 {
            let record = shop.denied(lunch(), Cause::Unavailable).await;
            let detail = record.detail.unwrap();
            assert!(detail.contains("the policies failed to load"), "{detail}");
            // On one line, as everything is that goes on record.
            let error = error.to_string().replace('\n', " ");
            assert!(detail.contains(&error), "{detail}");
            assert!(record.version.unwrap().ends_with("a later reload failed"));
        }
        shop.guard.self_check().await.unwrap_err();
        authority.reload(SCHEMA, POLICIES).unwrap();
        shop.allowed(lunch()).await;
    }
}

#[tokio::test]
async fn the_grace_begins_with_the_first_failure_and_denies() {
    let grace = Duration::from_millis(1500);
    let authority = strict(grace);
    let shop = Shop::new(authority.clone());
    authority.reload(SCHEMA, "permit(").unwrap_err();
    let begun = Instant::now();
    shop.allowed(lunch()).await;
    while begun.elapsed() < grace {
        // Failing again does not begin it anew.
        authority.reload(SCHEMA, "permit(").unwrap_err();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    shop.denied(lunch(), Cause::Unavailable).await;
    authority.reload(SCHEMA, POLICIES).unwrap();
    shop.allowed(lunch()).await;
}

#[tokio::test]
async fn a_file_that_is_gone_at_reload_denies_where_that_is_set() {
    let directory = env::temp_dir().join(format!("failclosed-cedar-{}-reload", process::id()));
    fs::create_dir_all(&directory).unwrap();
    let (schema, policies) = (directory.join("shop.cedarschema"), directory.join("shop.cedar"));
    fs::write(&schema, SCHEMA).unwrap();
    fs::write(&policies, POLICIES).unwrap();
    let authority = strict(Duration::ZERO);
    let shop = Shop::new(authority.clone());
    authority.reload_from_files(&schema, &policies).unwrap();
    shop.allowed(lunch()).await;
    fs::remove_file(&policies).unwrap();
    let error = authority.reload_from_files(&schema, &policies).unwrap_err();
    assert!(matches!(error, CedarError::Read { what: "policies", .. }), "{error:?}");
    shop.denied(lunch(), Cause::Unavailable).await;
    authority.refresh().unwrap_err();
    shop.denied(lunch(), Cause::Unavailable).await;
    // Repaired, without anything new in it.
    fs::write(&policies, POLICIES).unwrap();
    assert!(!authority.refresh().unwrap());
    shop.allowed(lunch()).await;
}

/// Whether a reload counts as failed: then nothing runs, and the record says why.
async fn has_failed(shop: &Shop) -> bool {
    let bodies = shop.bodies();
    let result = shop.call(lunch()).await;
    let record = shop.decisions().pop().unwrap();
    let said = record.version.unwrap().ends_with("a later reload failed");
    match result {
        Ok(()) => assert_eq!((shop.bodies(), said), (bodies + 1, false)),
        Err(denial) => {
            assert_eq!(
                (denial.cause(), record.cause),
                (Cause::Unavailable, Some(Cause::Unavailable))
            );
            assert_eq!((shop.bodies(), said), (bodies, true), "{denial:?}");
        }
    }
    said
}

/// Old policies must not be taken for new ones because something else could be replaced meanwhile.
#[tokio::test]
async fn a_failed_reload_denies_until_what_it_was_to_replace_is_replaced() {
    let authority = strict(Duration::ZERO);
    let shop = Shop::new(authority.clone());
    let none = Entities::empty;
    // Policies fail; entities do not make up for them.
    authority.reload(SCHEMA, "permit(").unwrap_err();
    authority.reload_entities(none()).unwrap();
    assert!(has_failed(&shop).await);
    authority.reload(SCHEMA, POLICIES).unwrap();
    assert!(!has_failed(&shop).await);
    // Entities fail; policies do not make up for them.
    let unfit = r#"[{ "uid": { "type": "Agent", "id": "a" }, "attrs": { "budget": "much" },
                      "parents": [] }]"#;
    let unfit = || Entities::from_json_str(unfit, None).unwrap();
    authority.reload_entities(unfit()).unwrap_err();
    authority.reload(SCHEMA, POLICIES).unwrap();
    assert!(has_failed(&shop).await);
    authority.reload_entities(none()).unwrap();
    assert!(!has_failed(&shop).await);
    // Both fail; either of them does not make up for both.
    for policies_first in [true, false] {
        authority.reload_with_entities(SCHEMA, POLICIES, unfit()).unwrap_err();
        let policies = || authority.reload(SCHEMA, POLICIES).unwrap();
        if policies_first {
            policies();
        } else {
            authority.reload_entities(none()).unwrap();
        }
        assert!(has_failed(&shop).await, "{policies_first}");
        authority.reload_with_entities(SCHEMA, POLICIES, none()).unwrap();
        assert!(!has_failed(&shop).await);
    }
}

/// A watch that finds its old files as they were has replaced nothing.
#[tokio::test]
async fn reading_the_old_files_again_denies_after_new_ones_failed() {
    let directory = env::temp_dir().join(format!("failclosed-cedar-{}-old", process::id()));
    fs::create_dir_all(&directory).unwrap();
    let (schema, old) = (directory.join("shop.cedarschema"), directory.join("old.cedar"));
    let new = directory.join("new.cedar");
    fs::write(&schema, SCHEMA).unwrap();
    fs::write(&old, POLICIES).unwrap();
    fs::write(&new, "forbid(").unwrap();
    let authority = strict(Duration::ZERO);
    let shop = Shop::new(authority.clone());
    authority.reload_from_files(&schema, &old).unwrap();
    authority.reload_from_files(&schema, &new).unwrap_err();
    assert!(!authority.refresh().unwrap());
    assert!(has_failed(&shop).await);
    // Nor has one that fails meanwhile, and then finds them again; nor one that finds others there.
    fs::remove_file(&old).unwrap();
    authority.refresh().unwrap_err();
    fs::write(&old, POLICIES).unwrap();
    assert!(!authority.refresh().unwrap());
    fs::write(&old, format!("{POLICIES}\n")).unwrap();
    assert!(authority.refresh().unwrap());
    assert!(has_failed(&shop).await);
    fs::write(&new, POLICIES).unwrap();
    authority.reload_from_files(&schema, &new).unwrap();
    assert!(!has_failed(&shop).await);
    fs::remove_dir_all(&directory).unwrap();
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
