//! A11: outside tokio there is no clock to wait by. What needs no waiting works; the rest denies.

use std::time::Duration;

use failclosed::{Cause, Decision, authority::Answer};
use failclosed_tests::{
    Proof, Rig,
    authorities::{Says, allow, ask, deny, hangs},
    block_on,
    sinks::{self, Sink},
};
use tokio::runtime::Builder;

/// Not ready at once, and never in need of a clock.
fn soon() -> Answer<'static> {
    let mut polled = false;
    Answer::pending(std::future::poll_fn(move |cx| {
        if polled {
            return std::task::Poll::Ready(Ok(Decision::allow()));
        }
        polled = true;
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    }))
}

fn no_clock(proof: &Proof) {
    assert!(proof.denial.to_string().contains("no timer"), "{}", proof.denial);
    assert!(proof.denial.detail().unwrap().contains("time enabled"));
}

#[test]
fn ready_answers_need_no_runtime() {
    let running = Rig::with(Says(allow)).build();
    assert_eq!(block_on(running.shop.charge("coachella.com", 742)).unwrap(), 742);
    block_on(running.healthy());
    block_on(Rig::with(Says(deny)).denies(Cause::Denied));
}

/// An answer that may never come cannot be waited for.
#[test]
fn pending_answer_without_a_runtime_denies() {
    no_clock(&block_on(Rig::with(Says(hangs)).denies(Cause::NotConfigured)));
    no_clock(&block_on(Rig::with(Says(soon)).denies(Cause::NotConfigured)));
}

#[test]
fn pending_answer_in_a_runtime_without_time_denies() {
    let runtime = Builder::new_current_thread().build().unwrap();
    no_clock(&runtime.block_on(Rig::with(Says(hangs)).denies(Cause::NotConfigured)));
    no_clock(&runtime.block_on(Rig::with(Says(soon)).denies(Cause::NotConfigured)));
    let threads = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    no_clock(&threads.block_on(Rig::with(Says(soon)).denies(Cause::NotConfigured)));
}

#[test]
fn pending_approver_without_a_runtime_denies() {
    let rig = Rig::with(Says(ask)).approver(Says(hangs), Duration::from_secs(60));
    no_clock(&block_on(rig.denies(Cause::NotConfigured)));
}

#[test]
fn pending_sink_without_a_runtime_denies() {
    let rig = Rig::with(Says(allow)).sink(Sink(sinks::hangs));
    block_on(rig.denies(Cause::Unrecorded));
    // A no stands, and its record does not hold it up for ever.
    let rig = Rig::with(Says(deny)).sink(Sink(sinks::hangs));
    block_on(rig.denies(Cause::Denied));
}
