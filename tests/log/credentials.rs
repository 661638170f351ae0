//! Who forgot to mask a credential is told so.

use failclosed::{Denial, audit::Writer, requires_permission};
use failclosed_tests::Events;

use crate::common::{Scratch, guard};

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

#[test]
fn a_credential_that_is_not_masked_is_told_of_once_for_each_place() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let scratch = Scratch::new();
    let ((), told) = Events::during(|| {
        runtime.block_on(async {
            let writer = Writer::open(scratch.store()).unwrap();
            let guard = guard(&writer);
            for _ in 0..3 {
                guard.scope(call("https://deli.example", TOKEN)).await.unwrap();
                guard.scope(call_masked("https://deli.example", TOKEN)).await.unwrap();
            }
            writer.close().await.unwrap();
        });
    });
    let told: Vec<_> = told.iter().filter(|line| line.contains("credential")).collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.starts_with("WARN") && told.contains("help: `mask(api_token)`"), "{told}");
    assert!(told.contains("tests/log/credentials.rs:") && !told.contains(TOKEN), "{told}");
    // It is a warning: what was allowed ran, and is on record.
    assert_eq!(scratch.whole().records, 12);
}
