//! The embedded authority beside the engine it embeds, over ever more policies that do not matter.
//!
//! `cargo bench -p failclosed-benches --bench cedar`

use std::{hint::black_box, sync::Arc};

use failclosed::{Denial, Guard, Subject, cedar::CedarAuthority, requires_permission};
use failclosed_benches::{Failure, authority::Timed, rounds::Rounds, runtime};

mod by_hand;
mod policies;

use by_hand::ByHand;
use policies::{SCHEMA, policies};

/// How many policies, and the names of the two rows.
const SIZES: [(usize, &str, &str); 4] = [
    (5, "5 policies: engine", "5 policies: ours"),
    (100, "100 policies: engine", "100 policies: ours"),
    (1_000, "1 000 policies: engine", "1 000 policies: ours"),
    (10_000, "10 000 policies: engine", "10 000 policies: ours"),
];

/// Both sides decide on exactly these arguments, this resource and this subject.
#[requires_permission(action = "purchase", resource = vendor)]
async fn pay(vendor: &str, amount: u64) -> Result<usize, Denial> {
    Ok(vendor.len() + usize::from(amount > 0))
}

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    let mut sides = Vec::new();
    for (size, engine, ours) in SIZES {
        let policies = policies(size);
        let authority =
            CedarAuthority::builder(SCHEMA, policies.clone()).resource_type("Vendor").build()?;
        let timed = Arc::new(Timed::new(authority));
        let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
        // Long enough for a whole sample to be taken inside one decision.
        let guard = failclosed::danger::unchecked(
            Guard::builder(subject, timed.clone(), failclosed::danger::unrecorded("a benchmark")?)
                .deadline(std::time::Duration::from_secs(600)),
            "a benchmark",
        )?;
        sides.push((engine, ByHand::new(&policies)?, ours, timed, guard));
    }
    let mut rounds = Rounds::default();
    for (engine, by_hand, ours, timed, guard) in &sides {
        if !by_hand.allows("shopper", "alice", "coachella.com", 742)? {
            return Err("the engine denies".into());
        }
        rounds.sync(engine, None, || {
            by_hand.allows(black_box("shopper"), "alice", black_box("coachella.com"), 742)
        });
        rounds.sampled(ours, Some(engine), |operations| {
            timed.sample(&runtime, operations, guard.scope(pay("coachella.com", 742)))
        });
    }
    rounds.measure().print();
    Ok(())
}
