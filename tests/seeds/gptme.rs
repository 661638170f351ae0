//! The claims of the second essay, up to its checklist.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, NoDecision, Request, Subject, authority::Answer,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, hangs, panics},
    decisions,
};

/// > The test was renamed from `test_permission_request_exception_auto_allows` to
/// > `test_permission_request_exception_denies`. That name change alone tells the story.
#[tokio::test]
async fn test_permission_request_exception_denies() {
    Rig::with(Says(|| NoDecision::unavailable("exception").into()))
        .denies(Cause::Unavailable)
        .await;
    Rig::with(Says(panics)).denies(Cause::Unavailable).await;
}

/// > Network timeout? Auto-allow.
#[tokio::test(start_paused = true)]
async fn a_network_timeout_denies() {
    Rig::with(Says(hangs)).denies(Cause::TimedOut).await;
    let by_the_client = || NoDecision::from(io::Error::from(io::ErrorKind::TimedOut)).into();
    Rig::with(Says(by_the_client)).denies(Cause::Unavailable).await;
}

/// > Malformed response from the client? Auto-allow.
#[tokio::test]
async fn a_malformed_response_denies() {
    for response in [r#"{"allowed": tru"#, "", "yes", r#"{"outcome": "selected"}"#] {
        let authority = move || {
            // What an authority that trusts its parser would write.
            let parsed: Result<bool, _> = serde_json::from_str(response);
            match parsed {
                Ok(true) => Decision::allow().into(),
                Ok(false) => Decision::deny("no").into(),
                Err(error) => NoDecision::malformed(error).into(),
            }
        };
        Rig::with(Says(authority)).denies(Cause::Malformed).await;
    }
}

/// > Connection dropped mid-request? Auto-allow.
#[tokio::test]
async fn a_connection_dropped_mid_request_denies() {
    let authority = || {
        Answer::pending(async {
            let (near, far) = tokio::io::duplex(64);
            drop(far);
            let mut answer = [0; 4];
            let mut near = near;
            tokio::io::AsyncReadExt::read_exact(&mut near, &mut answer).await?;
            Ok(if &answer == b"yes\n" { Decision::allow() } else { Decision::deny("no") })
        })
    };
    let proof = Rig::with(Says(authority)).denies(Cause::Unavailable).await;
    assert!(proof.denial.detail().unwrap().contains("eof"), "{:?}", proof.denial);
}

/// > This means if the permission server goes down, the agent silently escalates to full
/// > unrestricted execution. Every tool call gets approved. File deletions, shell commands, network
/// > requests — all of it.
///
/// With a real server, in a process of its own: see `killed`.
#[tokio::test]
async fn every_tool_call_is_denied_while_the_server_is_down() {
    let down = Arc::new(AtomicBool::new(true));
    struct Server(Arc<AtomicBool>);
    impl Authority for Server {
        fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
            if self.0.load(Ordering::SeqCst) {
                return NoDecision::unavailable("connection refused").into();
            }
            Decision::allow().into()
        }
    }
    let running = Rig::with(Server(Arc::clone(&down))).build();
    for amount in 0..100 {
        let denial = running.shop.charge("rm -rf /", amount).await.unwrap_err();
        assert_eq!(denial.cause(), Cause::Unavailable);
    }
    assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (0, 100));
    down.store(false, Ordering::SeqCst);
    running.healthy().await;
}

/// > One important nuance: the no-connection case (ACP not in use at all) still auto-allows.
///
/// Not here: who configures no authority is denied. This is where we are stricter than the essay.
#[tokio::test]
async fn no_permission_server_configured_denies() {
    let shop = Shop::new(Guard::unconfigured("no permission server is configured"));
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::NotConfigured, 0));
}

/// The table of systems, row by row, right column. Each is an authority whose backend fails.
mod the_broader_pattern {
    use super::{Answer, Cause, Decision, NoDecision, Rig, Says, hangs};

    fn backend(up: bool) -> Result<u64, std::io::Error> {
        if up { Ok(1) } else { Err(std::io::ErrorKind::ConnectionReset.into()) }
    }

    async fn denies(authority: fn() -> Answer<'static>) {
        Rig::with(Says(authority)).denies(Cause::Unavailable).await;
    }

    /// > Agent permissions: Error → deny tool execution
    #[tokio::test]
    async fn agent_permissions_error_denies_tool_execution() {
        denies(|| NoDecision::unavailable("error").into()).await;
    }

    /// > OAuth token refresh: Refresh fails → block request
    #[tokio::test]
    async fn token_refresh_that_fails_blocks_the_request() {
        denies(|| {
            Answer::pending(async {
                let token = backend(false)?;
                Ok(if token > 0 { Decision::allow() } else { Decision::deny("expired") })
            })
        })
        .await;
    }

    /// > Rate limiter: Redis down → reject requests
    #[tokio::test]
    async fn rate_limiter_without_its_store_rejects() {
        denies(|| {
            Answer::pending(async {
                let used = backend(false)?;
                Ok(if used < 10 { Decision::allow() } else { Decision::deny("too many") })
            })
        })
        .await;
    }

    /// > Feature flags: Config server down → use safe defaults
    #[tokio::test]
    async fn feature_flag_without_its_server_is_off() {
        let flag = || match backend(false) {
            Ok(_) => Decision::allow().into(),
            Err(_) => Decision::deny("the feature is off by default").into(),
        };
        Rig::with(Says(flag)).denies(Cause::Denied).await;
    }

    /// > MCP tool authorization: Server timeout → deny tool call
    #[tokio::test(start_paused = true)]
    async fn tool_authorization_timeout_denies_the_tool_call() {
        Rig::with(Says(hangs)).denies(Cause::TimedOut).await;
    }
}

/// > The general rule: if you can't verify it's safe, assume it's not.
///
/// Not even the guard's own doubts about the question end in a yes.
#[tokio::test]
async fn what_cannot_be_verified_is_assumed_unsafe() {
    let authority = Says(failclosed_tests::authorities::allow);
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            authority,
            failclosed::audit::MemoryLog::new(),
        )
        .context("risk", f64::NAN),
        "a test",
    )
    .unwrap();
    let shop = Shop::new(guard);
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Malformed, 0));
}

/// > When something goes wrong in a permission system, the safe behavior is to deny access and let
/// > the user retry
#[tokio::test]
async fn the_user_can_retry() {
    let tries = AtomicBool::new(false);
    let authority = Says(move || {
        if tries.swap(true, Ordering::SeqCst) {
            Decision::allow().into()
        } else {
            NoDecision::unavailable("a hiccup").into()
        }
    });
    let running = Rig::with(authority).build();
    let denial: Denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert!(denial.may_pass_later());
    assert_eq!(running.shop.charge("coachella.com", 742).await.unwrap(), 742);
    assert_eq!(running.shop.bodies(), 1);
}
