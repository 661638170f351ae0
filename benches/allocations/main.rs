//! Heap allocations per allowed call, counted by the allocator. They do not depend on the machine.
//! Calls over a network count what the HTTP client allocates on their thread, and not the server.
//!
//! `cargo bench -p failclosed-benches --bench allocations`

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::mpsc::sync_channel,
    task::Poll,
    time::Duration,
};

use allocation_counter::{AllocationInfo, measure};
use failclosed::{
    Decision, Denial, Guard, Subject,
    audit::MemoryLog,
    authority_fn,
    http::{Behalf, HttpAuthority},
};
use failclosed_benches::{
    Failure,
    authority::Ready,
    executor::{buy, purchase},
    handoff::Handoff,
    remote::{
        self, AUTHZEN,
        clients::{self, Client, Guarded, Naive, Raw, Unanswered, authzen},
        process,
    },
    runtime,
    traits::{attributed, by_hand, derived, generated, unguarded},
};
use tokio::runtime::Runtime;

const CALLS: u64 = 1000;

/// Never reached.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Failure> {
    process::play_role()?;
    let runtime = runtime()?;
    let subject = || Subject::agent("shopper")?.on_behalf_of("alice");
    println!("| allowed call | allocations | bytes |");
    println!("| --- | ---: | ---: |");
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, Ready, failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    count("attribute, no audit log", &runtime, &guard, async || {
        purchase("coachella.com", 742).await
    })?;

    let (sender, writer) = sync_channel(1024);
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, Ready, Handoff(sender)),
        "a benchmark",
    )?;
    count("full local guard, records into a bounded channel", &runtime, &guard, async || {
        let bought = buy().await;
        let _ = (writer.try_recv(), writer.try_recv());
        bought
    })?;

    let asynchronous = authority_fn(async |_| Ok(Decision::allow()));
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, asynchronous, failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    count("attribute, an async closure as the authority", &runtime, &guard, async || {
        purchase("coachella.com", 742).await
    })?;

    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, Ready, MemoryLog::new()),
        "a benchmark",
    )?;
    count("the order, owned records into a `MemoryLog`", &runtime, &guard, buy)?;
    traits(
        &failclosed::danger::unchecked(
            Guard::builder(subject()?, Ready, failclosed::danger::unrecorded("a benchmark")?),
            "a benchmark",
        )?,
        &runtime,
    )?;
    remote()
}

/// A client behind a trait, guarded in several ways.
fn traits(guard: &Guard, runtime: &Runtime) -> Result<(), Failure> {
    let plain = unguarded();
    count("unguarded `Arc<dyn Client>`, `#[async_trait]`", runtime, guard, async || {
        plain.charge("coachella.com", 742).await
    })?;
    let attributed = attributed(guard);
    count("attribute on a method, `#[async_trait]`", runtime, guard, async || {
        attributed.charge("coachella.com", 742).await
    })?;
    let by_hand = by_hand(guard);
    count("decorator by hand, `#[async_trait]`", runtime, guard, async || {
        by_hand.charge("coachella.com", 742).await
    })?;
    let derived = derived(guard);
    count("`#[guarded]` trait: `Arc<dyn Payments>`", runtime, guard, async || {
        derived.charge("coachella.com", 742).await
    })?;
    let generated = generated(guard);
    count("`#[guarded(remote = ..)]` decorator, `#[async_trait]`", runtime, guard, async || {
        generated.charge("coachella.com", 742).await
    })
}

/// The order's question, put to the server of `--bench http`.
fn remote() -> Result<(), Failure> {
    let question = clients::question()?;
    let ports = process::server(question.len())?;
    let endpoint = format!("http://127.0.0.1:{}", ports.http);
    let url = format!("{endpoint}/{AUTHZEN}");
    let (raw, naive) = (Raw::new(&url, question)?, Naive::new(&url, PATIENCE)?);
    count_remote("reqwest, bytes, over a kept connection", &raw)?;
    count_remote("reqwest, naive: `.json()`, `.timeout()`", &naive)?;
    count_remote("guarded: `AuthZen`", &Guarded::new(authzen(&endpoint, PATIENCE).build()?)?)?;
    let behalf = HttpAuthority::builder(Behalf::new()).endpoint(endpoint).deadline(PATIENCE);
    count_remote("guarded: `Behalf`", &Guarded::new(behalf.build()?)?)
}

fn count_remote(name: &str, client: &impl Client) -> Result<(), Failure> {
    let runtime = remote::runtime()?;
    let calls = |calls: u64| {
        runtime.block_on(async {
            for _ in 0..calls {
                client.ask().await?;
            }
            Ok(())
        })
    };
    // Opens the connection.
    let mut asked: Result<(), Unanswered> = calls(16);
    let counted = measure(|| asked = calls(CALLS));
    asked.map_err(|error| -> Failure { error })?;
    println!("| {name} | {} | {} |", counted.count_total / CALLS, counted.bytes_total / CALLS);
    Ok(())
}

fn count(
    name: &str,
    runtime: &Runtime,
    guard: &Guard,
    call: impl AsyncFn() -> Result<u64, Denial>,
) -> Result<(), Failure> {
    // What is allocated once, for all calls, is not theirs.
    runtime.block_on(guard.scope(call()))?;
    let counted = runtime.block_on(guard.scope(async {
        let mut counted = AllocationInfo::default();
        for _ in 0..CALLS {
            let mut future = pin!(call());
            // One poll is all it takes: nothing here waits.
            let one = poll_fn(|cx| {
                let mut polled = Poll::Pending;
                let one = measure(|| polled = future.as_mut().poll(cx));
                Poll::Ready(polled.is_ready().then_some(one))
            });
            counted += one.await?;
        }
        Some(counted)
    }));
    let counted: AllocationInfo = counted.ok_or("the call waited")?;
    println!("| {name} | {} | {} |", counted.count_total / CALLS, counted.bytes_total / CALLS);
    Ok(())
}
