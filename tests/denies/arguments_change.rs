//! B6: the answer is to the question that was asked. Arguments with interior mutability that change
//! while anybody is being waited for make it the answer to another one.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, Request, Subject,
    approval::{Approver, Presentation},
    audit::Recording,
    authority::Answer,
    decision::Ask,
    requires_permission,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, ask},
    sinks::{self, Sink},
};
use tokio::{join, task::yield_now};

#[requires_permission(action = "purchase", guard = shop.guard(), args(amount = amount), skip(shop))]
async fn charge(shop: &Shop, amount: &AtomicU64) -> Result<u64, Denial> {
    shop.ran();
    Ok(amount.load(Ordering::SeqCst))
}

#[requires_permission(action = "purchase", guard = shop.guard(), args(amount = amount), skip(shop))]
async fn charge_locked(shop: &Shop, amount: Arc<Mutex<u64>>) -> Result<u64, Denial> {
    shop.ran();
    Ok(*amount.lock().unwrap())
}

fn slow_allow() -> Answer<'static> {
    Answer::pending(async {
        yield_now().await;
        yield_now().await;
        Ok(Decision::allow())
    })
}

/// Charges 1, and makes it 99,999 while somebody else is deciding.
async fn raised(shop: &Shop) -> Result<u64, Denial> {
    let amount = AtomicU64::new(1);
    let raise = async {
        yield_now().await;
        amount.store(99_999, Ordering::SeqCst);
    };
    join!(charge(shop, &amount), raise).0
}

/// B6: behind a `&`, by another future of the same task.
#[tokio::test]
async fn amount_raised_while_the_authority_decides_denies() {
    let proof = Rig::with(Says(slow_allow)).denies_call(Cause::Malformed, raised).await;
    assert!(proof.denial.to_string().contains("changed"), "{}", proof.denial);
}

/// B6: without a log, nobody but the check itself keeps a digest.
#[tokio::test]
async fn amount_raised_without_a_log_denies() {
    let subject = Subject::agent("shopper").unwrap();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, Says(slow_allow), failclosed::audit::MemoryLog::new()),
        "a test",
    )
    .unwrap();
    let shop = Shop::new(guard);
    let denial = raised(&shop).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Malformed, 0));
}

/// B6: before anybody is waited for, while the question is put.
#[tokio::test]
async fn amount_raised_while_the_question_is_put_denies() {
    let amount = Arc::new(Mutex::new(1));
    let shared = Arc::clone(&amount);
    let authority = Says(move || {
        *shared.lock().unwrap() = 99_999;
        slow_allow()
    });
    let subject = Subject::agent("shopper").unwrap();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, authority, failclosed::audit::MemoryLog::new()),
        "a test",
    )
    .unwrap();
    let shop = Shop::new(guard);
    let denial = charge_locked(&shop, amount).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Malformed, 0));
}

/// B6: by another thread, behind a lock.
#[tokio::test]
async fn amount_raised_by_another_thread_denies() {
    let amount = Arc::new(Mutex::new(1));
    let shared = Arc::clone(&amount);
    let authority = Says(move || {
        let shared = Arc::clone(&shared);
        Answer::pending(async move {
            yield_now().await;
            let raise = move || *shared.lock().unwrap() = 99_999;
            tokio::task::spawn_blocking(raise).await?;
            Ok(Decision::allow())
        })
    });
    let proof = Rig::with(authority)
        .denies_call(Cause::Malformed, async |shop| charge_locked(shop, amount).await)
        .await;
    assert!(proof.denial.to_string().contains("changed"), "{}", proof.denial);
}

/// B6: it cannot be shown any more when the answer comes.
#[tokio::test]
async fn amount_poisoned_while_the_authority_decides_denies() {
    let amount = Arc::new(Mutex::new(1));
    let shared = Arc::clone(&amount);
    let authority = Says(move || {
        let shared = Arc::clone(&shared);
        Answer::pending(async move {
            yield_now().await;
            let poison = move || {
                let _held = shared.lock().unwrap();
                panic!("while the amount was locked");
            };
            tokio::task::spawn_blocking(poison).await.unwrap_err();
            Ok(Decision::allow())
        })
    });
    Rig::with(authority)
        .denies_call(Cause::Malformed, async |shop| charge_locked(shop, amount).await)
        .await;
}

/// B6: while the person is reading.
#[tokio::test]
async fn amount_raised_while_the_person_decides_denies() {
    let proof = Rig::with(Says(ask))
        .approver(Says(slow_allow), Duration::from_secs(60))
        .denies_call(Cause::Malformed, raised)
        .await;
    assert_eq!(proof.asked, 1, "the authority was asked again about something else");
}

/// A dialog that holds its thread: the amount is raised under the person's eyes by another one, and
/// the answer is at hand when the approver returns.
#[derive(Clone)]
struct Dialog(Arc<Mutex<u64>>, Answers);

#[derive(Clone, Copy)]
enum Answers {
    AtOnce,
    Later,
}

impl Approver for Dialog {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        let shown = Presentation::of(request, ask).unwrap().to_string();
        assert!(shown.contains("Argument amount = 1\n"), "{shown}");
        let amount = Arc::clone(&self.0);
        std::thread::spawn(move || *amount.lock().unwrap() = 99_999).join().unwrap();
        match self.1 {
            Answers::AtOnce => ask.approved(request).into(),
            Answers::Later => failclosed_tests::authorities::person(slow_allow(), request, ask),
        }
    }
}

/// B6: what counts is what the arguments were before the person was shown them, also where nobody
/// keeps a digest for a log.
#[tokio::test]
async fn amount_raised_while_it_is_shown_denies() {
    for answers in [Answers::AtOnce, Answers::Later] {
        let amount = Arc::new(Mutex::new(1));
        let dialog = Dialog(Arc::clone(&amount), answers);
        let rig = Rig::with(Says(ask)).approver(dialog, Duration::from_secs(60));
        let call = async |shop: &Shop| charge_locked(shop, Arc::clone(&amount)).await;
        let proof = rig.denies_call(Cause::Malformed, call).await;
        assert!(proof.denial.to_string().contains("changed"), "{}", proof.denial);

        let amount = Arc::new(Mutex::new(1));
        let guard = failclosed::danger::unchecked(
            Guard::builder(
                Subject::agent("shopper").unwrap(),
                Says(ask),
                failclosed::audit::MemoryLog::new(),
            )
            .approver(Dialog(Arc::clone(&amount), answers), Duration::from_secs(60)),
            "a test",
        )
        .unwrap();
        let shop = Shop::new(guard);
        let denial = charge_locked(&shop, amount).await.unwrap_err();
        assert_eq!((denial.cause(), shop.bodies()), (Cause::Malformed, 0), "without a log");
    }
}

/// B6: while the record of the allow is being written, which is after the answer and before the
/// body.
#[tokio::test]
async fn amount_raised_while_the_record_is_written_denies() {
    let slow = Sink(|| {
        Recording::pending(async {
            yield_now().await;
            yield_now().await;
            Ok(())
        })
    });
    Rig::with(Says(allow)).sink(slow).denies_call(Cause::Malformed, raised).await;
}

/// And it is no error to be slow: what did not change is what was allowed.
#[tokio::test]
async fn amount_that_does_not_change_is_charged() {
    let running = Rig::with(Says(slow_allow)).sink(Sink(sinks::taken)).build();
    assert_eq!(charge(&running.shop, &AtomicU64::new(1)).await.unwrap(), 1);
    assert_eq!(running.shop.bodies(), 1);
}
