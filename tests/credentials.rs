//! Who forgot to mask a credential is told so. A process of its own: the log's thread tells whoever listens to
//! all of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use std::{env, fs, process};

use failclosed::{
    Decision, Denial, Guard, Subject,
    audit::{FileStore, Writer, verify},
    authority_fn, danger, requires_permission,
};
use failclosed_tests::Events;

#[requires_permission(action = "call_api")]
async fn call(url: &str, api_token: &str) -> Result<(), Denial> {
    let _shown = (url, api_token);
    Ok(())
}

#[requires_permission(action = "call_api", mask(api_token))]
async fn call_masked(url: &str, api_token: &str) -> Result<(), Denial> {
    let _shown = (url, api_token);
    Ok(())
}

const TOKEN: &str = "4f1c9a7e2b8d60354f1c9a7e";

#[tokio::test]
async fn a_credential_that_is_not_masked_is_told_of_once_for_each_place() {
    let events = Events::default();
    tracing::subscriber::set_global_default(events.clone()).unwrap();
    let directory = env::temp_dir().join(format!("failclosed-credentials-{}", process::id()));
    drop(fs::remove_dir_all(&directory));
    let writer = Writer::open(FileStore::open(&directory).unwrap()).unwrap();
    let authority = authority_fn(async |_| Ok(Decision::allow()));
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    let guard = danger::unchecked(guard, "a test").unwrap();
    for _ in 0..3 {
        guard.scope(call("https://deli.example", TOKEN)).await.unwrap();
        guard.scope(call_masked("https://deli.example", TOKEN)).await.unwrap();
    }
    writer.close().await.unwrap();
    let told = events.seen();
    let told: Vec<_> = told.iter().filter(|line| line.contains("credential")).collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.starts_with("WARN") && told.contains("help: `mask(api_token)`"), "{told}");
    assert!(told.contains("tests/credentials.rs:") && !told.contains(TOKEN), "{told}");
    // It is a warning: what was allowed ran, and is on record.
    assert_eq!(verify(&directory).unwrap().unwrap().records, 12);
    fs::remove_dir_all(&directory).unwrap();
}
