//! Telling a client that its call is alive while a person thinks.
//!
//! Clients give a call up after a while, a minute by most defaults, and extend that while they hear
//! `notifications/progress`. So they hear it, where they asked for it with a `progressToken`, for as
//! long as the person is being asked and no longer.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::Ordering,
    task::Poll,
    time::Duration,
};

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::tool_call::ToolCall;

/// What it says. The same for every call: what is being asked is for the person.
const MESSAGE: &str = "waiting for a person to answer";

/// Waits for an answer, and says every so often that it is being waited for. Nothing is said any more
/// from the moment the answer is there, or this is dropped.
///
/// To be called below a deadline: it needs the runtime's timer, as that does.
pub(super) async fn reported<F: Future>(answer: F, call: &ToolCall, every: Duration) -> F::Output {
    let Some(token) = call.progress_token() else { return answer.await };
    let mut answer = pin!(answer);
    let mut reports = pin!(report(call, token, every));
    let mut is_heard = true;
    poll_fn(|cx| {
        // The answer first: nothing is said about a question that is over.
        if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        is_heard = is_heard && reports.as_mut().poll(cx).is_pending();
        Poll::Pending
    })
    .await
}

/// Goes on until the client cannot be reached. The answer is then another's to give up on.
async fn report(call: &ToolCall, token: ProgressToken, every: Duration) {
    let mut ticks = interval_at(Instant::now() + every, every);
    // A client that was slow is not told everything at once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // Greater each time, as the protocol has it; of how much, nobody knows.
        let said = call.reports.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let report = ProgressNotificationParam::new(token.clone(), f64::from(said));
        if call.context.peer.notify_progress(report.with_message(MESSAGE)).await.is_err() {
            return;
        }
    }
}
