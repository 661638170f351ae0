//! What a tool says about itself can only make things stricter.
//!
//! Annotations are hints, and MCP says so: "clients MUST consider tool annotations to be untrusted".
//! So they turn an allow into a question, and nothing into an allow. A tool that says nothing counts
//! as one that destroys, which is the specification's default and not the reader's.

use std::fmt;

use rmcp::model::ToolAnnotations;

use crate::{
    authority::{Answer, Authority},
    decision::{Ask, Decision, NoDecision},
    request::Request,
};

/// An authority whose allow becomes a question to a person, unless the tool says that it only reads.
///
/// `None` are the annotations of a tool that has none.
pub fn hinted<A: Authority>(authority: A, annotations: Option<&ToolAnnotations>) -> Hinted<A> {
    Hinted { authority, raised: raised(annotations) }
}

/// See [`hinted`].
pub struct Hinted<A> {
    authority: A,
    raised: Option<&'static str>,
}

/// Why a person must approve; `None` for a tool that claims to be harmless, and contradicts itself
/// nowhere.
fn raised(annotations: Option<&ToolAnnotations>) -> Option<&'static str> {
    let Some(hints) = annotations else {
        // FAIL CLOSED: no annotations, the dangerous defaults.
        return Some("the tool does not say what it does");
    };
    match (hints.read_only_hint, hints.destructive_hint) {
        (Some(true), None | Some(false)) => None,
        (Some(true), Some(true)) => Some("the tool says that it only reads, and that it destroys"),
        (_, Some(false)) => Some("the tool changes things"),
        // FAIL CLOSED: what does not say that it only adds, destroys.
        (_, None | Some(true)) => Some("the tool may destroy things"),
    }
}

impl<A> Hinted<A> {
    fn raise(&self, decision: Decision) -> Decision {
        match (decision, self.raised) {
            (Decision::Allow(allow), Some(why)) => {
                let mut question = Decision::ask(why);
                if let Decision::Ask(Ask { grounds, danger, .. }) = &mut question {
                    // What the allow rests on stays on record.
                    *grounds = allow.grounds;
                    *danger = allow.danger;
                }
                question
            }
            (decision, _) => decision,
        }
    }
}

impl<A: Authority> Authority for Hinted<A> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        let mut answer = self.authority.decide(request);
        match answer.take_ready() {
            Some(decided) => Answer::ready(self.judge(decided)),
            None => Answer::pending(async move { self.judge(answer.await) }),
        }
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.authority.names(found);
    }
}

impl<A> Hinted<A> {
    fn judge(&self, decided: Result<Decision, NoDecision>) -> Result<Decision, NoDecision> {
        decided.map(|decision| self.raise(decision))
    }
}

impl<A> fmt::Debug for Hinted<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hinted").field("raised", &self.raised).finish_non_exhaustive()
    }
}
