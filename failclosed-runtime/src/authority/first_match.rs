//! Several authorities, each for actions of its own.

use std::{collections::BTreeMap, fmt, future::poll_fn, pin::Pin, task::Poll};

use crate::{
    authority::{Answer, Authority},
    contain::{Contained, contain},
    decision::{Decision, NoDecision, NoDecisionKind},
    error::ConfigError,
    request::Request,
};

/// An authority for these actions, and for no other; [`on`](FirstMatch::on) adds more.
///
/// ```
/// use failclosed_runtime::{ConfigError, Decision, authority_fn, first_match};
///
/// # fn main() -> Result<(), ConfigError> {
/// let files = authority_fn(async |_| Ok(Decision::ask("may it read this?")));
/// let shop = authority_fn(async |_| Ok(Decision::deny("the shop is closed")));
/// let authority = first_match(["read", "list"], files)?.on(["purchase"], shop)?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`on`](FirstMatch::on).
pub fn first_match<'n>(
    actions: impl IntoIterator<Item = &'n str>,
    authority: impl Authority + 'static,
) -> Result<FirstMatch, ConfigError> {
    FirstMatch { members: Vec::new(), of: BTreeMap::new() }.on(actions, authority)
}

/// Each action has one authority, and that one alone decides it. An action that was given to none is
/// denied. No order matters, because no two have an action in common. An action that has instances,
/// such as `tool:git.push`, is given by that name, or with all of its kind: `tool`.
///
/// The self check asks every member, and passes only if each refuses: for its own actions each is
/// the only one that can say no.
pub struct FirstMatch {
    members: Vec<Box<dyn Authority>>,
    /// Which member an action is for.
    of: BTreeMap<String, usize>,
}

impl FirstMatch {
    /// An authority for further actions.
    ///
    /// # Errors
    /// [`ConfigError::Actions`]: no action, a blank one, or one that was given already.
    pub fn on<'n>(
        mut self,
        actions: impl IntoIterator<Item = &'n str>,
        authority: impl Authority + 'static,
    ) -> Result<Self, ConfigError> {
        let (member, before) = (self.members.len(), self.of.len());
        for action in actions {
            if action.trim() != action || action.is_empty() {
                // FAIL CLOSED: a name that no action has would cover nothing, unseen.
                return Err(ConfigError::Actions { action: action.into(), fault: "names nothing" });
            }
            if self.of.insert(action.to_owned(), member).is_some() {
                // FAIL CLOSED: which of the two decides would hang on their order.
                return Err(ConfigError::Actions {
                    action: action.into(),
                    fault: "is given twice",
                });
            }
        }
        let kind = |action: &&String| {
            action.split_once(':').is_some_and(|(kind, _)| self.of.contains_key(kind))
        };
        if let Some(action) = self.of.keys().find(kind) {
            // FAIL CLOSED: as above, for one of a kind that is given as a whole.
            let fault = "is given twice: by itself, and with its kind";
            return Err(ConfigError::Actions { action: action.clone(), fault });
        }
        if self.of.len() == before {
            // FAIL CLOSED: an authority that is never asked looks like one that is.
            let fault = "is not one: an authority was given no action";
            return Err(ConfigError::Actions { action: String::new(), fault });
        }
        self.members.push(Box::new(authority));
        Ok(self)
    }

    /// What a probe gets: the word of the one that it is for. The others are asked as well, so that a
    /// dangerous mode among them does not go unseen; what they say of an action that is not theirs
    /// counts for nothing.
    async fn probed(
        &self,
        request: &Request<'_>,
        theirs: Option<usize>,
    ) -> Result<Decision, NoDecision> {
        // FAIL CLOSED: nobody was given this action.
        let mut answered = Ok(nobody());
        for (place, member) in self.members.iter().enumerate() {
            let said = one(&**member, request).await;
            if theirs == Some(place) {
                answered = said;
            }
        }
        answered
    }

    /// What the canary gets: a yes if any member gives it one, so that the start fails.
    async fn checked(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let mut refused = Err(NoDecision::not_configured("no authority was asked"));
        let (mut failed, mut allowed) = (None, None);
        for member in &self.members {
            match one(&**member, request).await {
                Ok(Decision::Allow(allow)) => allowed = Some(Decision::Allow(allow)),
                Ok(no) => refused = Ok(no),
                // Alone, as it is here, an abstention refuses too; it must not hide a failure.
                Err(why) if why.kind == NoDecisionKind::Abstained => refused = Err(why),
                Err(why) => failed = Some(why),
            }
        }
        match (allowed, failed) {
            // Not a yes to a call: no body stands behind this question.
            (Some(allowed), _) => Ok(allowed),
            // FAIL CLOSED: who cannot answer now will not answer later.
            (None, Some(why)) => Err(why),
            (None, None) => refused,
        }
    }
}

impl Authority for FirstMatch {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        if request.is_canary() {
            return Answer::pending(self.checked(request));
        }
        let place = self.of.get(request.action()).or_else(|| self.of.get(request.kind())).copied();
        if request.is_self_check() {
            return Answer::pending(self.probed(request, place));
        }
        match place.and_then(|place| self.members.get(place)) {
            Some(member) => member.decide(request),
            // FAIL CLOSED: nobody was given this action.
            None => nobody().into(),
        }
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.members.iter().for_each(|member| member.names(found));
    }
}

fn nobody() -> Decision {
    Decision::deny("no authority is for this action")
}

/// What one member says, whatever it does.
pub(super) async fn one(
    member: &dyn Authority,
    request: &Request<'_>,
) -> Result<Decision, NoDecision> {
    let answer = contain(|| member.decide(request));
    // FAIL CLOSED: a member that panics gave no decision.
    let mut answer = Contained::new(answer.map_err(|panic| NoDecision::unavailable(panic.0))?);
    let answered = poll_fn(|cx| match Pin::new(&mut answer).poll(cx) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(answered) => Poll::Ready(answered),
    });
    answered.await.map_err(|panic| NoDecision::unavailable(panic.0))?
}

impl fmt::Debug for FirstMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FirstMatch({} authorities)", self.members.len())
    }
}
