//! Where nobody listens, an allowed call allocates nothing: also not for spans and counts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    future::Future as _,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use failclosed::{Denial, Guard, Subject, danger, requires_permission};
use failclosed_tests::{
    authorities::{Says, allow},
    spans::Spans,
};

#[requires_permission(action = "purchase", guard = guard, skip(guard))]
async fn charge(guard: &Guard, vendor: &str, amount: u64) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

/// How often one call allocates: it waits for nothing.
fn allocations(guard: &Guard) -> u64 {
    let mut call = pin!(charge(guard, "coachella.com", 742));
    let mut polled = Poll::Pending;
    let mut cx = Context::from_waker(Waker::noop());
    let counted = measure(|| polled = call.as_mut().poll(&mut cx));
    assert!(matches!(polled, Poll::Ready(Ok(755))), "{polled:?}");
    counted.count_total
}

#[test]
fn an_allowed_call_allocates_nothing_where_nobody_listens() {
    let subject = Subject::agent("shopper").unwrap();
    let unrecorded = danger::unrecorded("a test").unwrap();
    let builder = Guard::builder(subject, Says(allow), unrecorded);
    let guard = danger::unchecked(builder, "a test").unwrap();
    // What is allocated once, for all calls, is not theirs: buffers, also of calls that took long enough
    // to be compared again.
    let calls = || -> u64 { (0..1_000).map(|_| allocations(&guard)).sum() };
    calls();
    assert_eq!(calls(), 0);
    // The control: spans are not for nothing.
    let heard = tracing::subscriber::with_default(Spans::default(), || allocations(&guard));
    assert!(heard > 0);
}
