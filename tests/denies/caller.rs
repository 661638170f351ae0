//! Section D: however the executor is called and left, one call is one check, one record and one
//! outcome.

use failclosed::{Denial, Guard, audit::Outcome, requires_permission};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{Says, allow, deny},
    block_on, decisions, outcomes,
};

#[derive(Debug)]
struct Failed;

impl From<Denial> for Failed {
    fn from(_: Denial) -> Self {
        Self
    }
}

#[derive(Debug, Clone, Copy)]
enum Leaves {
    Returns,
    ReturnsEarly,
    ReturnsError,
    QuestionMark,
    BreaksALoop,
    FallsOutOfALabel,
    Recurs(u8),
}

impl serde::Serialize for Leaves {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

#[allow(clippy::never_loop, reason = "the ways out of a body are what is tested")]
#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn leave(shop: &Shop, how: Leaves) -> Result<u64, Failed> {
    shop.ran();
    match how {
        Leaves::Returns => {}
        Leaves::ReturnsEarly => return Ok(2),
        Leaves::ReturnsError => return Err(Failed),
        Leaves::QuestionMark => {
            Err(Failed)?;
        }
        Leaves::BreaksALoop => {
            let number = loop {
                break 3;
            };
            return Ok(number);
        }
        Leaves::FallsOutOfALabel => 'label: {
            break 'label;
        }
        Leaves::Recurs(0) => {}
        Leaves::Recurs(depth) => return Box::pin(leave(shop, Leaves::Recurs(depth - 1))).await,
    }
    Ok(1)
}

fn tally(running: &Running) -> (usize, Vec<&'static str>, Vec<Outcome>) {
    (
        running.shop.bodies(),
        decisions(&running.log).iter().map(|entry| entry.verdict).collect(),
        outcomes(&running.log).iter().map(|entry| entry.outcome).collect(),
    )
}

#[tokio::test]
async fn every_way_out_of_a_body_is_one_check_and_one_outcome() {
    use Leaves::{
        BreaksALoop, FallsOutOfALabel, QuestionMark, Recurs, Returns, ReturnsEarly, ReturnsError,
    };
    for (how, outcome) in [
        (Returns, Outcome::Completed),
        (ReturnsEarly, Outcome::Completed),
        (ReturnsError, Outcome::Failed),
        (QuestionMark, Outcome::Failed),
        (BreaksALoop, Outcome::Completed),
        (FallsOutOfALabel, Outcome::Completed),
        (Recurs(0), Outcome::Completed),
    ] {
        let running = Rig::with(Says(allow)).build();
        let result = leave(&running.shop, how).await;
        assert_eq!(result.is_err(), outcome == Outcome::Failed, "{how:?}");
        assert_eq!(tally(&running), (1, vec!["allow"], vec![outcome]), "{how:?}");
    }
}

/// Each level is a call, and is asked about as one.
#[tokio::test]
async fn every_level_of_a_recursion_is_checked() {
    let running = Rig::with(Says(allow)).build();
    leave(&running.shop, Leaves::Recurs(4)).await.unwrap();
    assert_eq!(tally(&running), (5, vec!["allow"; 5], vec![Outcome::Completed; 5]));
}

/// An executor that calls another: being inside one permits nothing in the other.
#[tokio::test]
async fn executor_called_from_a_body_is_checked_and_denies() {
    struct OnlyOuter;
    impl failclosed::Authority for OnlyOuter {
        fn decide<'a>(
            &'a self,
            request: &'a failclosed::Request<'a>,
        ) -> failclosed::authority::Answer<'a> {
            if request.action() == "outer" { allow() } else { deny() }
        }
    }
    #[requires_permission(action = "outer", guard = shop.guard(), skip(shop))]
    async fn outer(shop: &Shop) -> Result<u64, Denial> {
        shop.charge("coachella.com", 742).await
    }
    let running = Rig::with(OnlyOuter).build();
    denied(outer(&running.shop).await);
    assert_eq!(tally(&running), (0, vec!["allow", "deny"], vec![Outcome::Failed]));
}

/// B4: nothing is cached: each of a thousand calls asks.
#[tokio::test]
async fn each_call_of_a_loop_is_checked() {
    let running = Rig::with(Says(allow)).build();
    for _ in 0..1_000 {
        running.shop.charge("coachella.com", 742).await.unwrap();
    }
    assert_eq!(tally(&running), (1_000, vec!["allow"; 1_000], vec![Outcome::Completed; 1_000]));
}

/// What was allowed yesterday is asked again, and denied.
#[tokio::test]
async fn the_call_after_an_allowed_one_is_checked_and_denies() {
    struct Once(std::sync::atomic::AtomicBool);
    impl failclosed::Authority for Once {
        fn decide<'a>(
            &'a self,
            _: &'a failclosed::Request<'a>,
        ) -> failclosed::authority::Answer<'a> {
            let used = self.0.swap(true, std::sync::atomic::Ordering::SeqCst);
            if used { deny() } else { allow() }
        }
    }
    let running = Rig::with(Once(false.into())).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    denied(running.shop.charge("coachella.com", 742).await);
    assert_eq!(tally(&running), (1, vec!["allow", "deny"], vec![Outcome::Completed]));
}

fn denied(result: Result<u64, Denial>) {
    assert_eq!(result.unwrap_err().to_string(), "Blocked: over the limit");
}

#[tokio::test]
async fn called_in_join_denies() {
    let running = Rig::with(Says(deny)).build();
    let shop = &running.shop;
    let (first, second) = tokio::join!(shop.charge("a.example", 1), shop.charge("b.example", 2));
    denied(first);
    denied(second);
    assert_eq!(tally(&running), (0, vec!["deny"; 2], vec![]));
}

#[tokio::test]
async fn called_in_select_denies() {
    let running = Rig::with(Says(deny)).build();
    tokio::select! {
        result = running.shop.charge("a.example", 1) => denied(result),
        result = running.shop.charge("b.example", 2) => denied(result),
    }
    assert_eq!(running.shop.bodies(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn called_in_spawn_denies() {
    let running = Rig::with(Says(deny)).build();
    let mut tasks = tokio::task::JoinSet::new();
    for amount in 0..100 {
        let shop = running.shop.clone();
        tasks.spawn(async move { shop.charge("a.example", amount).await });
    }
    while let Some(result) = tasks.join_next().await {
        denied(result.unwrap());
    }
    assert_eq!(tally(&running), (0, vec!["deny"; 100], vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn called_in_spawn_blocking_denies() {
    let running = Rig::with(Says(deny)).build();
    let (shop, handle) = (running.shop.clone(), tokio::runtime::Handle::current());
    let blocking = move || handle.block_on(shop.charge("a.example", 1));
    denied(tokio::task::spawn_blocking(blocking).await.unwrap());
    let shop = running.shop.clone();
    let blocking = move || block_on(shop.charge("a.example", 1));
    denied(tokio::task::spawn_blocking(blocking).await.unwrap());
    assert_eq!(tally(&running), (0, vec!["deny"; 2], vec![]));
}

/// A `Drop` cannot wait, except by blocking; it is asked about all the same.
#[tokio::test]
async fn called_from_a_drop_denies() {
    struct Refunds(Shop);
    impl Drop for Refunds {
        fn drop(&mut self) {
            denied(block_on(self.0.charge("a.example", 1)));
        }
    }
    let running = Rig::with(Says(deny)).build();
    drop(Refunds(running.shop.clone()));
    assert_eq!(tally(&running), (0, vec!["deny"], vec![]));
    // And while the thread is unwinding.
    let shop = running.shop.clone();
    let task = tokio::spawn(async move {
        let _refunds = Refunds(shop);
        panic!("boom");
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(tally(&running), (0, vec!["deny"; 2], vec![]));
}

/// A body in a `Drop` while the thread unwinds is recorded by how it returned.
#[tokio::test]
async fn called_from_a_drop_while_unwinding_is_recorded_by_its_result() {
    struct Refunds(Shop);
    impl Drop for Refunds {
        fn drop(&mut self) {
            block_on(self.0.charge("a.example", 1)).unwrap();
        }
    }
    let running = Rig::with(Says(allow)).build();
    let shop = running.shop.clone();
    let task = tokio::spawn(async move {
        let _refunds = Refunds(shop);
        panic!("boom");
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(tally(&running), (1, vec!["allow"], vec![Outcome::Completed]));
}

/// A denial in the return type is what the caller sees, whatever that type is.
#[tokio::test]
async fn denied_in_another_error_type_denies() {
    #[requires_permission(action = "purchase", guard = guard, skip(guard))]
    async fn boxed(guard: &Guard) -> Result<(), Box<dyn std::error::Error>> {
        panic!("the body ran under {guard:?}")
    }
    fn told(denial: Denial) -> String {
        format!("tool error: {denial}")
    }
    #[requires_permission(action = "purchase", guard = guard, skip(guard), on_denied = told)]
    async fn text(guard: &Guard) -> String {
        panic!("the body ran under {guard:?}")
    }
    let running = Rig::with(Says(deny)).build();
    let guard = running.shop.guard();
    assert_eq!(boxed(guard).await.unwrap_err().to_string(), "Blocked: over the limit");
    assert_eq!(text(guard).await, "tool error: Blocked: over the limit");
}
