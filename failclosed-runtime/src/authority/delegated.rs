//! A sub-agent's question: put for it, and for everybody who handed it on.
//!
//! One question that carried the chain would leave it to each engine to read it, and most do not. So
//! every one of the chain is asked about as itself, as if it made the call: whatever is denied to one
//! that delegated is denied to all below it, whatever the authority knows of delegation.

use super::{
    Answer, Authority,
    all_of::{Tally, Vote},
};
use crate::{
    decision::{Decision, NoDecision},
    request::Request,
};

/// What an authority says to a sub-agent's call: yes, if it says yes to each of the chain.
///
/// All are asked at once, the sub-agent first. A no ends it. Unlike in a set of authorities an
/// abstention leaves nothing to the others: who would be denied alone is not allowed by a sub-agent.
pub(crate) fn decide<'a>(authority: &'a dyn Authority, request: &'a Request<'a>) -> Answer<'a> {
    Answer::pending(async move {
        let mut earlier = Vec::new();
        for (above, subject) in (1..).zip(request.subject().delegators()) {
            // FAIL CLOSED: whoever cannot be asked about has not been allowed.
            earlier.push(request.asked_by(subject, above).map_err(NoDecision::not_showable)?);
        }
        let each = || std::iter::once(request).chain(&earlier);
        let mut votes: Vec<_> = each().map(|request| Vote::cast(authority, request)).collect();
        Vote::await_all(&mut votes).await;
        for (vote, request) in votes.iter_mut().zip(each()).skip(1) {
            name(vote, request.subject().agent_id());
        }
        Tally::of(votes).no_abstentions().decide()
    })
}

/// Tells the operator whose no it is: the denial itself is the sub-agent's.
fn name(vote: &mut Vote<'_>, agent: &str) {
    let whose = format!("asked for {agent:?}, which delegated this");
    match vote {
        Vote::In(Ok(Decision::Deny(deny))) => {
            deny.detail = Some(match deny.detail.take() {
                Some(detail) => format!("{whose}: {detail}"),
                None => whose,
            });
        }
        Vote::In(Err(why)) => why.detail = format!("{whose}: {}", why.detail),
        Vote::In(Ok(Decision::Allow(_) | Decision::Ask(_))) | Vote::Awaited(_) => {}
    }
}
