//! An authority that answers with an error, or not to what it was asked, or asks itself.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, NoDecision, Request, authority::Answer, authority_fn,
    requires_permission,
};
use failclosed_tests::{
    Rig,
    authorities::{Says, deny, error},
};
use tokio::sync::oneshot;

/// An explicit no, with its reason for the user.
#[tokio::test]
async fn a_no_denies() {
    let proof = Rig::with(Says(deny)).denies(Cause::Denied).await;
    assert_eq!(proof.denial.to_string(), "Blocked: over the limit");
    assert!(!proof.denial.may_pass_later());
}

/// A9 and seed 2: an error is no decision, and its text stays with the operator.
#[tokio::test]
async fn an_error_denies() {
    let proof = Rig::with(Says(error)).denies(Cause::Unavailable).await;
    assert_eq!(proof.denial.detail(), Some("connection refused"));
    assert!(!proof.denial.to_string().contains("refused"), "{}", proof.denial);
    assert!(proof.denial.may_pass_later());
}

/// `?` on any error, with its sources.
#[tokio::test]
async fn a_question_mark_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            let limit: u64 = "five hundred".parse()?;
            Ok(if limit > 0 { Decision::allow() } else { Decision::deny("no") })
        })
    });
    let proof = Rig::with(authority).denies(Cause::Malformed).await;
    assert_eq!(proof.denial.detail(), Some("invalid digit found in string"));
}

/// J-rows: each kind of "no decision" keeps its own cause.
#[tokio::test]
async fn every_kind_of_no_decision_denies() {
    let kinds: [(fn() -> NoDecision, Cause); 4] = [
        (|| NoDecision::unavailable("x"), Cause::Unavailable),
        (|| NoDecision::malformed("x"), Cause::Malformed),
        (|| NoDecision::timed_out("x"), Cause::TimedOut),
        (|| NoDecision::not_configured("x"), Cause::NotConfigured),
    ];
    for (why, cause) in kinds {
        Rig::with(Says(move || why().into())).denies(cause).await;
        Rig::with(Says(move || Answer::pending(async move { Err(why()) }))).denies(cause).await;
    }
}

/// A9: whoever was to answer is gone.
#[tokio::test]
async fn a_closed_channel_denies() {
    let authority = Says(|| {
        let (answer, answered) = oneshot::channel::<Decision>();
        drop(answer);
        Answer::pending(async { Ok(answered.await?) })
    });
    Rig::with(authority).denies(Cause::Unavailable).await;
}

/// A10: a poisoned lock is an error like any other, and what it guards is not trusted.
#[tokio::test]
async fn a_poisoned_lock_denies() {
    let limit = Arc::new(Mutex::new(1_000_u64));
    let poisoning = Arc::clone(&limit);
    let poisoned = std::thread::spawn(move || {
        let _held = poisoning.lock().unwrap();
        panic!("while the limit was locked");
    });
    poisoned.join().unwrap_err();
    struct Limited(Arc<Mutex<u64>>);
    impl Authority for Limited {
        fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
            match self.0.lock() {
                Ok(_) => Decision::allow().into(),
                Err(poisoned) => NoDecision::from(poisoned).into(),
            }
        }
    }
    Rig::with(Limited(limit)).denies(Cause::Unavailable).await;
}

/// A9: the same for a lock that panics because its owner used `unwrap`.
#[tokio::test]
async fn an_unwrapped_error_denies() {
    let authority = Says(|| {
        let (sender, receiver) = mpsc::channel::<Decision>();
        drop(sender);
        receiver.recv().unwrap().into()
    });
    Rig::with(authority).denies(Cause::Unavailable).await;
}

/// A11: an authority that needs a permit to decide would ask itself without end.
#[tokio::test]
async fn recursion_denies() {
    #[requires_permission(action = "purchase")]
    async fn charge_again() -> Result<(), Denial> {
        panic!("the body of the inner call ran");
    }
    let authority = Says(|| {
        Answer::pending(async {
            charge_again().await?;
            Ok(Decision::allow())
        })
    });
    let proof = Rig::with(authority)
        .denies_call(Cause::Unavailable, async |shop| {
            shop.guard().scope(shop.charge("coachella.com", 742)).await
        })
        .await;
    // The inner call was denied by the same guard, on record, and without asking it again.
    let causes: Vec<_> = proof.decisions.iter().map(|entry| entry.cause).collect();
    assert_eq!(causes, [Some(Cause::NotConfigured), Some(Cause::Unavailable)]);
    assert_eq!(proof.asked, 1);
}

/// A11: the same from `decide` itself, through a blocking executor.
#[tokio::test]
async fn recursion_through_block_on_denies() {
    #[requires_permission(action = "purchase")]
    async fn charge_again() -> Result<(), Denial> {
        panic!("the body of the inner call ran");
    }
    let authority = Says(|| match failclosed_tests::block_on(charge_again()) {
        Ok(()) => Decision::allow().into(),
        Err(denial) => {
            assert_eq!(denial.cause(), Cause::NotConfigured);
            NoDecision::from(denial).into()
        }
    });
    Rig::with(authority)
        .denies_call(Cause::Unavailable, async |shop| {
            shop.guard().scope(shop.charge("coachella.com", 742)).await
        })
        .await;
}

/// A11: recursion that the thread does not see, in a task of its own, still ends, and denies.
#[tokio::test]
async fn recursion_through_spawn_denies() {
    #[requires_permission(action = "purchase")]
    async fn charge_again() -> Result<(), Denial> {
        panic!("the body of the inner call ran");
    }
    let authority = Says(|| {
        Answer::pending(async {
            let inner = tokio::spawn(charge_again());
            inner.await??;
            Ok(Decision::allow())
        })
    });
    let proof = Rig::with(authority)
        .deadline(Duration::from_secs(2))
        .denies_call(Cause::Unavailable, async |shop| {
            shop.guard().scope(shop.charge("coachella.com", 742)).await
        })
        .await;
    // The task lost its scope, so nobody was asked a second time.
    assert_eq!(proof.asked, 1);
}

/// The chain of sources is somebody else's code, and may have no end.
#[tokio::test]
async fn an_error_that_is_its_own_source_denies() {
    #[derive(Debug)]
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Endless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(self)
        }
    }
    let proof = Rig::with(authority_fn(async |_| Err(Endless)?)).denies(Cause::Unavailable).await;
    assert!(proof.denial.detail().unwrap().starts_with("again: again"));
}
