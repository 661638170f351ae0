//! A5: an authority that panics decided nothing, and the process lives.

use failclosed::{Cause, Decision, authority::Answer};
use failclosed_tests::{
    Proof, Rig,
    authorities::{PanicsInDrop, Payload, Says, panics},
};
use tokio::task::yield_now;

fn says_panic(proof: &Proof, text: &str) {
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("panicked") && detail.contains(text), "{detail}");
    // The text of a panic may hold anything: it is the operator's, not the model's.
    assert!(!proof.denial.to_string().contains(text), "{}", proof.denial);
}

/// A5: in `decide` itself.
#[tokio::test]
async fn panic_when_asked_denies() {
    let proof = Rig::with(Says(panics)).denies(Cause::Unavailable).await;
    says_panic(&proof, "boom");
}

/// A5: at the first poll.
#[tokio::test]
async fn panic_before_its_await_denies() {
    let authority = Says(|| Answer::pending(async { panic!("boom, early") }));
    let proof = Rig::with(authority).denies(Cause::Unavailable).await;
    says_panic(&proof, "boom, early");
}

/// A5: at a later poll.
#[tokio::test]
async fn panic_after_its_await_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            yield_now().await;
            panic!("boom, {}", "late")
        })
    });
    let proof = Rig::with(authority).denies(Cause::Unavailable).await;
    says_panic(&proof, "boom, late");
}

/// A5: while it unwinds out of an `await` of its own, its locals are dropped, and one of them holds
/// a yes.
#[tokio::test]
async fn panic_during_its_await_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            let yes = Decision::allow();
            std::future::poll_fn::<(), _>(|_| panic!("boom, inside")).await;
            Ok(yes)
        })
    });
    let proof = Rig::with(authority).denies(Cause::Unavailable).await;
    says_panic(&proof, "boom, inside");
}

/// A5: a yes from a future that cannot even be dropped is not a clean yes.
#[tokio::test]
async fn panic_in_drop_after_allow_denies() {
    let authority = Says(|| Answer::pending(PanicsInDrop { answers: true, twice: false }));
    Rig::with(authority).denies(Cause::Unavailable).await;
}

/// A5: the same, where the payload of the panic panics too.
#[tokio::test]
async fn panic_in_drop_of_the_payload_denies() {
    let authority = Says(|| Answer::pending(PanicsInDrop { answers: true, twice: true }));
    Rig::with(authority).denies(Cause::Unavailable).await;
}

/// A5: given up on at the deadline, it panics while it is dropped.
#[tokio::test(start_paused = true)]
async fn panic_in_drop_at_the_deadline_denies() {
    let authority = Says(|| Answer::pending(PanicsInDrop { answers: false, twice: true }));
    Rig::with(authority).denies(Cause::TimedOut).await;
}

/// A5: a payload that is no text, and panics when it is dropped.
#[tokio::test]
async fn panic_with_a_payload_that_panics_denies() {
    let authority = Says(|| std::panic::panic_any(Payload));
    let proof = Rig::with(authority).denies(Cause::Unavailable).await;
    says_panic(&proof, "without a message");
}

/// A5: the caller goes away, and the dropped authority panics: the task must not be torn down.
#[tokio::test(start_paused = true)]
async fn panic_in_drop_when_cancelled_denies() {
    let authority = Says(|| Answer::pending(PanicsInDrop { answers: false, twice: true }));
    let running = Rig::with(authority).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("it never answers"),
        () = yield_now() => {}
    }
    running.cancelled();
    running.repair();
    running.healthy().await;
}
