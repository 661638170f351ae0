//! A person's yes that holds for a while: what people write as a cache, wrongly.
//!
//! A cache by the action's name says yes to another amount; one without an end says yes for ever; one
//! that is filled when the person answers remembers a yes that was taken back, or came too late. This one
//! is filled by the guard, in the moment in which the body begins, and by nobody else.

use std::{borrow::Cow, fmt, sync::Arc};

use super::Approver;
use crate::{
    answer::Answer,
    contain::contain,
    decision::{Allow, Answers, Ask, Decision, Deny, NoDecision, PersonsYes},
    error::ConfigError,
    request::Request,
};

mod memory;
mod scope;

use memory::{Keep, Key, Memory};
pub use scope::{LONGEST_MEMORY, MOST_REMEMBERED, Scope};

/// An approver whose yes holds for a while, for calls that are alike by `scope`.
///
/// The person reads how long and for what, as a part of the question. What is remembered answers the same
/// question of the same policies, about the same subject with the same chain of delegation, action,
/// resource and facts of the guard, and the same arguments: all of them, or those that the scope names.
/// Masked arguments count with their values. It is asked as any approver is: after a yes that is
/// remembered the authority is asked again, and its denial denies.
///
/// A yes is kept when the body it was given for begins: not one that was taken back, came too late or was
/// not recorded. A no to anything, given meanwhile, keeps it from being kept; a no is never kept. The
/// record of a call tells that its yes was [remembered](crate::audit::Remembered), from which call, and
/// when and by whom it was given.
///
/// Nothing outlives the process, or this value: each approver has a memory of its own.
///
/// ```
/// # #[cfg(all(unix, feature = "terminal"))] {
/// use std::time::Duration;
/// use failclosed_runtime::approval::{Scope, TerminalApprover, remember};
///
/// # fn approver() -> Result<(), Box<dyn std::error::Error>> {
/// let scope = Scope::by(["vendor", "cents"], Duration::from_secs(15 * 60));
/// let approver = remember(TerminalApprover::new(), scope)?;
/// # Ok(()) }
/// # }
/// ```
///
/// # Errors
/// [`ConfigError::Memory`]: no end, or one after more than [`LONGEST_MEMORY`]; no argument, or one that is
/// named twice; no entry, or more than [`MOST_REMEMBERED`].
pub fn remember<A: Approver>(approver: A, scope: Scope) -> Result<Remember<A>, ConfigError> {
    scope.valid()?;
    Ok(Remember { approver, scope, memory: Arc::default() })
}

/// See [`remember`].
pub struct Remember<A> {
    approver: A,
    scope: Scope,
    memory: Arc<Memory>,
}

impl<A: Approver> Remember<A> {
    async fn asked(
        &self,
        request: &Request<'_>,
        ask: &Ask,
        key: Key,
    ) -> Result<Decision, NoDecision> {
        // Whoever says yes for a while knows that they do.
        let told = Ask { question: self.scope.told(&ask.question).into(), ..ask.clone() };
        let noes = self.memory.noes();
        let answered = self.approver.approve(request, &told).await;
        match answered {
            Ok(Decision::Allow(allow)) => {
                Ok(Decision::Allow(self.yes(allow, request, (&told, ask), (key, noes))))
            }
            // FAIL CLOSED: whoever says no, or is not there to say anything, has not said yes before.
            Ok(Decision::Deny(_) | Decision::Ask(_)) | Err(_) => {
                self.memory.no(&key);
                answered
            }
        }
    }

    /// The yes, to the question as the authority put it, with what the guard needs to keep it.
    fn yes(
        &self,
        mut allow: Allow,
        request: &Request<'_>,
        (told, ask): (&Ask, &Ask),
        (key, noes): (Key, u64),
    ) -> Allow {
        let answers = |ask: &Ask| Answers { call: request.id(), question: ask.digest() };
        // FAIL CLOSED: what answers no question of a call is refused by the guard.
        let Some(yes) = &mut allow.yes else { return allow };
        if yes.answers != answers(told) {
            // FAIL CLOSED: a yes to something else, also to the question without what was told beside
            // it, is made no yes to this one: the guard refuses it.
            yes.answers = answers(told);
            return allow;
        }
        yes.answers = answers(ask);
        let digest = request.digest();
        // FAIL CLOSED: what a dangerous mode said is not what a person said; and a yes that another
        // memory had was said before, so that keeping it from now on would lengthen it.
        if let (None, None, Ok(digest)) = (&allow.danger, &yes.remembered, digest) {
            let memory = Arc::clone(&self.memory);
            let (by, lasting) = (yes.by.clone(), self.scope.lasting());
            let keep =
                Keep::new(memory, key, ask.digest(), (request.id(), *digest.as_bytes(), by), noes);
            yes.keep = Some(Box::new(keep.lasting(lasting, self.scope.most())));
        }
        allow
    }
}

impl<A: Approver> Approver for Remember<A> {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        let key = if ask.may_be_remembered() && asks_now(&self.approver) {
            self.scope.key(request)
        } else {
            // FAIL CLOSED: a question that must be put each time, or is answered elsewhere.
            None
        };
        let Some(key) = key else {
            return self.approver.approve(request, ask);
        };
        match self.memory.find(&key, &ask.digest()) {
            Some(remembered) => {
                let answers = Answers { call: request.id(), question: ask.digest() };
                let by = remembered.by.clone();
                let standing = self.memory.standing(key, ask.digest(), remembered.call);
                Answer::ready(Ok(Decision::Allow(Allow::by_person(PersonsYes {
                    answers,
                    by,
                    remembered: Some(Arc::new(remembered)),
                    keep: Some(Box::new(standing)),
                }))))
            }
            None => Answer::pending(self.asked(request, ask, key)),
        }
    }

    fn withdrawn(&self) -> Option<Deny> {
        let withdrawn = self.approver.withdrawn();
        if withdrawn.is_some() {
            // FAIL CLOSED: whoever calls all of it off has taken back what they said before.
            self.memory.clear();
        }
        withdrawn
    }

    fn name(&self) -> Cow<'static, str> {
        self.approver.name()
    }

    fn brings_an_answer(&self) -> bool {
        self.approver.brings_an_answer()
    }
}

/// Whether whoever is asked is asked now. FAIL CLOSED: one that panics over it has not said so.
fn asks_now(approver: &impl Approver) -> bool {
    matches!(contain(|| approver.brings_an_answer()), Ok(false))
}

impl<A> fmt::Debug for Remember<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remember").field("scope", &self.scope).finish_non_exhaustive()
    }
}
