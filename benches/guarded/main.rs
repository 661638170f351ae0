//! What a call through a guarded trait costs, beside the plain attribute and a decorator by hand.
//!
//! `cargo bench -p failclosed-benches --bench guarded`

use std::hint::black_box;

use failclosed::{Guard, Subject};
use failclosed_benches::{
    Failure,
    authority::Ready,
    executor::purchase,
    rounds::Rounds,
    runtime,
    traits::{attributed, by_hand, derived, generated, unguarded},
};

const OBJECT: &str = "unguarded `Arc<dyn Client>`, `#[async_trait]`";
const ATTRIBUTE: &str = "attribute on a function";
const ON_A_METHOD: &str = "attribute on a method, `#[async_trait]`";
const BY_HAND: &str = "decorator by hand, `#[async_trait]`";

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, Ready, failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    let current = (&runtime, &guard);
    let (plain, attributed, by_hand) = (unguarded(), attributed(&guard), by_hand(&guard));
    let (derived, generated) = (derived(&guard), generated(&guard));

    let mut rounds = Rounds::default();
    rounds.awaited(OBJECT, None, &runtime, async || {
        plain.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.guarded(ATTRIBUTE, Some(OBJECT), current, async || {
        purchase(black_box("coachella.com"), black_box(742)).await
    });
    rounds.awaited(ON_A_METHOD, Some(ATTRIBUTE), &runtime, async || {
        attributed.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.awaited(BY_HAND, Some(ATTRIBUTE), &runtime, async || {
        by_hand.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.awaited(
        "`#[guarded]` trait: `Arc<dyn Payments>`",
        Some(ATTRIBUTE),
        &runtime,
        async || derived.charge(black_box("coachella.com"), black_box(742)).await,
    );
    rounds.awaited("the same, over the method", Some(ON_A_METHOD), &runtime, async || {
        derived.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.awaited("the same, over the decorator", Some(BY_HAND), &runtime, async || {
        derived.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.awaited("`#[guarded(remote = ..)]` decorator", Some(BY_HAND), &runtime, async || {
        generated.charge(black_box("coachella.com"), black_box(742)).await
    });
    rounds.measure().print();
    Ok(())
}
