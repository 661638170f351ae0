//! A2, A3, A4: an answer counts only in time.

use std::{
    future::pending,
    thread,
    time::{Duration, Instant},
};

use failclosed::{Cause, Decision, authority::Answer};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow_after, allow_after_blocking, hangs},
};
use tokio::{sync::oneshot, task::coop::consume_budget, time::timeout};

/// Long enough that a healthy call on a busy machine meets it, short enough to wait for.
const DEADLINE: Duration = Duration::from_millis(150);
const LATE: Duration = Duration::from_millis(200);

/// A4: five seconds pass on a clock that is not there.
#[tokio::test(start_paused = true)]
async fn never_answering_denies() {
    let proof = Rig::with(Says(hangs)).denies(Cause::TimedOut).await;
    assert!(proof.denial.to_string().contains("no answer within 5s"), "{}", proof.denial);
    assert!(proof.denial.may_pass_later());
}

/// A4: an hour is a deadline too.
#[tokio::test(start_paused = true)]
async fn never_answering_for_an_hour_denies() {
    Rig::with(Says(hangs)).deadline(Duration::from_secs(3600)).denies(Cause::TimedOut).await;
}

/// A4: in real time, and not much later than promised.
#[tokio::test]
async fn never_answering_in_real_time_denies() {
    let before = Instant::now();
    Rig::with(Says(hangs)).deadline(DEADLINE).denies(Cause::TimedOut).await;
    let waited = before.elapsed();
    assert!(waited >= DEADLINE && waited < DEADLINE * 10, "{waited:?}");
}

/// N13: an allow after the deadline, on a clock that is not there.
#[tokio::test(start_paused = true)]
async fn answering_after_the_deadline_denies() {
    Rig::with(Says(|| allow_after(Duration::from_secs(6)))).denies(Cause::TimedOut).await;
}

/// N13: one millisecond is late enough.
#[tokio::test(start_paused = true)]
async fn answering_one_millisecond_late_denies() {
    let authority = Says(|| allow_after(Duration::from_millis(5_001)));
    Rig::with(authority).denies(Cause::TimedOut).await;
}

/// N13: one millisecond late in real time, by a thread that was blocked until then.
#[tokio::test]
async fn blocking_until_one_millisecond_late_denies() {
    let authority = Says(|| allow_after_blocking(DEADLINE + Duration::from_millis(1)));
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// A2: in `decide` itself, with an answer that is ready.
#[tokio::test]
async fn blocking_when_asked_denies() {
    let authority = Says(|| {
        thread::sleep(LATE);
        Decision::allow().into()
    });
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// A2: after an await.
#[tokio::test]
async fn blocking_after_its_await_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            tokio::task::yield_now().await;
            thread::sleep(LATE);
            Ok(Decision::allow())
        })
    });
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// A late no is late, and is not reported as somebody's no.
#[tokio::test]
async fn a_late_no_denies() {
    let authority = Says(|| {
        thread::sleep(LATE);
        Decision::deny("too late to matter").into()
    });
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// An answer that was sent in time, to a thread that was busy past the deadline.
fn sent_in_time() -> Answer<'static> {
    let (answer, answered) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(DEADLINE / 3);
        // The caller may have given up.
        drop(answer.send(Decision::allow()));
    });
    tokio::spawn(async { thread::sleep(LATE) });
    Answer::pending(async { Ok(answered.await?) })
}

/// A3: the answer and the deadline are both there when the thread looks up.
#[tokio::test]
async fn allow_and_deadline_ready_together_denies() {
    Rig::with(Says(sent_in_time)).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// A2, A3: the reproduction. The same two authorities, under what one would write by hand, get
/// their late allow through: `timeout` polls the future first, and asks the clock only if it is
/// pending.
#[tokio::test]
async fn a_timer_alone_lets_a_late_allow_through_and_the_guard_denies() {
    for authority in [|| allow_after_blocking(LATE), sent_in_time] {
        let before = Instant::now();
        let by_hand = timeout(DEADLINE, authority()).await;
        assert!(before.elapsed() > DEADLINE, "the answer was not late");
        assert!(matches!(by_hand, Ok(Ok(Decision::Allow(_)))), "{by_hand:?}");

        Rig::with(Says(authority)).deadline(DEADLINE).denies(Cause::TimedOut).await;
    }
}

/// A3: a `select!` that polls its timer first is no better: the timer had not fired when it did.
#[tokio::test]
async fn a_biased_select_lets_a_late_allow_through_and_the_guard_denies() {
    let before = Instant::now();
    let by_hand = tokio::select! {
        biased;
        () = tokio::time::sleep(DEADLINE) => None,
        answer = allow_after_blocking(LATE) => Some(answer),
    };
    assert!(before.elapsed() > DEADLINE, "the answer was not late");
    assert!(matches!(by_hand, Some(Ok(Decision::Allow(_)))), "{by_hand:?}");

    let authority = Says(|| allow_after_blocking(LATE));
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// N14: an authority that is always busy and never done starves tokio's timers of their budget. The
/// deadline must not hang on a timer that is never looked at.
#[tokio::test]
async fn busy_without_end_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            loop {
                consume_budget().await;
            }
        })
    });
    let denied = Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut);
    timeout(Duration::from_secs(20), denied).await.expect("the deadline never came");
}

/// A late panic is late.
#[tokio::test]
async fn a_panic_after_the_deadline_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            thread::sleep(LATE);
            panic!("boom")
        })
    });
    Rig::with(authority).deadline(DEADLINE).denies(Cause::TimedOut).await;
}

/// The guard's deadline is the only one that counts: an authority's own longer patience does not.
#[tokio::test(start_paused = true)]
async fn an_inner_timeout_that_is_longer_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            timeout(Duration::from_secs(60), pending::<()>()).await?;
            Ok(Decision::allow())
        })
    });
    Rig::with(authority).denies(Cause::TimedOut).await;
}

/// An authority whose own limit is shorter says so, or just fails; neither is a yes.
#[tokio::test(start_paused = true)]
async fn an_inner_timeout_that_is_shorter_denies() {
    let authority = Says(|| {
        Answer::pending(async {
            timeout(Duration::from_secs(1), pending::<()>()).await?;
            Ok(Decision::allow())
        })
    });
    Rig::with(authority).denies(Cause::Unavailable).await;
}
