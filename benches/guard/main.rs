//! What a guarded call costs, beside the peers, in one run.
//!
//! `cargo bench -p failclosed-benches --bench guard`

use std::{
    hint::black_box,
    sync::{Arc, mpsc::sync_channel},
    time::Instant,
};

use failclosed::{
    Guard, Subject,
    audit::{Entry, MemoryLog},
};
use failclosed_benches::{
    Failure,
    authority::{Ready, Timed},
    executor::{buy, buy_unguarded, plain, purchase, purchase_expanded},
    handoff::Handoff,
    rounds::Rounds,
    runtime,
};
use serde::Serialize;
use tokio::runtime::Runtime;

mod engines;
mod web;

const PLAIN: &str = "unguarded body";
const BY_HAND: &str = "the expansion, by hand";
const ATTRIBUTE: &str = "attribute";
const CLOCK: &str = "one reading of the clock";
const ALONE: &str = "the authority alone";
const QUESTION: &str = "its question, written once by `serde_json`";
const FULL: &str = "full local guard";
const CASBIN: &str = "casbin `enforce`, the first of its policies";
const CEDAR: &str = "cedar `is_authorized`";

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    let subject = || Subject::agent("shopper")?.on_behalf_of("alice");

    let timed = Arc::new(Timed::new(Ready));
    let asks_timed = failclosed::danger::unchecked(
        Guard::builder(subject()?, timed.clone(), failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, Ready, failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    let current = (&runtime, &guard);
    let (sender, writer) = sync_channel(1024);
    let recorded = failclosed::danger::unchecked(
        Guard::builder(subject()?, Ready, Handoff(sender)),
        "a benchmark",
    )?;
    let casbin_first = runtime.block_on(engines::casbin(0))?;
    let casbin_last = runtime.block_on(engines::casbin(19))?;
    let cedar = engines::cedar()?;

    let mut rounds = Rounds::default();
    rounds.awaited("empty `async fn`", None, &runtime, empty);
    rounds.awaited(PLAIN, None, &runtime, async || {
        plain(black_box("coachella.com"), black_box(742)).await
    });
    rounds.sync(CLOCK, None, Instant::now);
    rounds.sampled(ALONE, None, |operations| {
        timed.sample(&runtime, operations, asks_timed.scope(purchase("coachella.com", 742)))
    });
    rounds.guarded(BY_HAND, Some(PLAIN), current, async || {
        purchase_expanded(black_box("coachella.com"), black_box(742)).await
    });
    rounds.guarded(ATTRIBUTE, Some(BY_HAND), current, async || {
        purchase(black_box("coachella.com"), black_box(742)).await
    });
    let mut asked = Vec::new();
    rounds.sync(QUESTION, None, move || {
        asked.clear();
        let question = Written::of(black_box("coachella.com"), black_box(742));
        serde_json::to_writer(&mut asked, &question).is_ok() && black_box(&asked).len() > 1
    });
    rounds.awaited("unguarded order", None, &runtime, buy_unguarded);
    rounds.guarded(FULL, Some(CASBIN), (&runtime, &recorded), async || {
        let bought = buy().await;
        // The writer's half: it takes both records off again.
        (bought, writer.try_recv(), writer.try_recv())
    });
    rounds.sync(CASBIN, None, casbin_first);
    rounds.sync("casbin, the last of its policies", Some(CASBIN), casbin_last);
    rounds.sync(CEDAR, Some(CASBIN), cedar);
    runtime.block_on(web::rows(&mut rounds, &runtime))?;

    println!("Arguments of an order: {} bytes of JSON.", size_of_order(&runtime)?);
    println!();
    let measured = rounds.measure();
    measured.print();
    println!("\n| what is left | min ns | median ns |\n| --- | ---: | ---: |");
    measured.print_rest("attribute, less the body and the authority", ATTRIBUTE, &[PLAIN, ALONE]);
    measured.print_rest(
        "the same, less the two readings of the clock",
        ATTRIBUTE,
        &[PLAIN, ALONE, CLOCK, CLOCK],
    );
    Ok(())
}

#[inline(never)]
async fn empty() {}

/// The question of [`purchase`]: what has to be written down so that everybody is shown the same.
#[derive(Serialize)]
struct Written<'a> {
    subject: Who,
    action: &'static str,
    resource: Option<()>,
    arguments: Arguments<'a>,
    context: [(); 0],
}

#[derive(Serialize)]
struct Who {
    agent: &'static str,
    on_behalf_of: &'static str,
}

#[derive(Serialize)]
struct Arguments<'a> {
    vendor: &'a str,
    amount: u64,
}

impl<'a> Written<'a> {
    fn of(vendor: &'a str, amount: u64) -> Self {
        let subject = Who { agent: "shopper", on_behalf_of: "alice" };
        let arguments = Arguments { vendor, amount };
        Self { subject, action: "purchase", resource: None, arguments, context: [] }
    }
}

/// What the authority of [`buy`] is shown.
fn size_of_order(runtime: &Runtime) -> Result<usize, Failure> {
    let log = MemoryLog::new();
    let guard = failclosed::danger::unchecked(
        Guard::builder(Subject::agent("shopper")?, Ready, log.clone()),
        "a benchmark",
    )?;
    runtime.block_on(guard.scope(buy()))?;
    let shown = log.entries().into_iter().find_map(|entry| match entry {
        Entry::Decision(decision) => Some(decision.arguments.to_string().len()),
        Entry::Outcome(_) => None,
    });
    Ok(shown.unwrap_or_default())
}
