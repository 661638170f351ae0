//! Who acts: the agent, and the user it acts on behalf of.

use std::{fmt, iter, sync::Arc};

use crate::{error::ConfigError, text::id_fault};
use serde::{Serialize, ser::Serializer};

/// The longest id a subject or an audit record takes, in bytes.
const MAX_ID_BYTES: usize = 512;

/// How many may have handed on what a sub-agent does.
pub(crate) const MOST_DELEGATIONS: usize = 8;

/// Who acts. Fixed when the guard is built, never read from a call's arguments: an agent does not
/// choose who it is.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    agent: String,
    on_behalf_of: Option<String>,
    /// Absent where nobody delegated, so that the digests of such questions stay what they were.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "chain")]
    delegated_by: Option<Arc<Subject>>,
    /// What each of its questions begins with, several times a call: `{"subject":{..},"action":`.
    #[serde(skip)]
    begins: Arc<str>,
}

impl Subject {
    /// An agent by its id.
    ///
    /// # Errors
    /// [`ConfigError::Id`]: a blank id, or one with control characters or white space around it.
    pub fn agent(id: impl Into<String>) -> Result<Self, ConfigError> {
        Ok(Self::of(checked("agent", id.into())?, None, None))
    }

    /// The user the agent acts for.
    ///
    /// # Errors
    /// [`ConfigError::Id`], as for the agent's id; and for a sub-agent, whose user is that of the agent
    /// it acts under.
    pub fn on_behalf_of(self, user: impl Into<String>) -> Result<Self, ConfigError> {
        if self.delegated_by.is_some() {
            // FAIL CLOSED: nobody hands on what they act for somebody else.
            let fault = "is that of whoever delegated, and cannot be changed";
            return Err(ConfigError::Id { what: "user", fault });
        }
        Ok(Self::of(self.agent, Some(checked("user", user.into())?), None))
    }

    fn of(agent: String, on_behalf_of: Option<String>, delegated_by: Option<Arc<Subject>>) -> Self {
        let mut subject = Self { agent, on_behalf_of, delegated_by, begins: Arc::default() };
        // Texts and their keys: nothing here can fail to be written. FAIL CLOSED: and if it did, a
        // question with nothing in the place of its subject is no JSON.
        let own = serde_json::to_string(&subject).unwrap_or_default();
        subject.begins = format!("{{\"subject\":{own},\"action\":").into();
        subject
    }

    /// What each of its questions begins with, up to the action.
    pub(crate) fn begins(&self) -> &str {
        &self.begins
    }

    /// The agent's id.
    pub fn agent_id(&self) -> &str {
        &self.agent
    }

    /// The id of the user it acts for.
    pub fn user_id(&self) -> Option<&str> {
        self.on_behalf_of.as_deref()
    }

    /// Who handed this on, in the order in which it was handed on: the agent that was there first, and
    /// last the one that this one is a sub-agent of. Nobody, unless it is of a guard from
    /// [`Guard::delegate`](crate::Guard::delegate).
    pub fn delegated_by(&self) -> impl DoubleEndedIterator<Item = &Self> + ExactSizeIterator {
        let mut chain: Vec<_> = self.delegators().collect();
        chain.reverse();
        chain.into_iter()
    }

    /// The same, the last one first.
    pub(crate) fn delegators(&self) -> impl Iterator<Item = &Self> {
        iter::successors(self.delegated_by.as_deref(), |subject| subject.delegated_by.as_deref())
    }

    pub(crate) fn is_delegated(&self) -> bool {
        self.delegated_by.is_some()
    }

    /// The agent that was there first: what is counted is counted for it, however many it hands on to.
    pub(crate) fn origin(&self) -> &Self {
        self.delegators().last().unwrap_or(self)
    }

    /// The chain as one text; `None` where nobody delegated. Each id is in quotes: one that has the sign
    /// between two in it must not read as two.
    pub(crate) fn chain(&self) -> Option<String> {
        let mut agents = self.delegated_by().map(|by| format!("{:?}", by.agent));
        let first = agents.next()?;
        Some(agents.fold(first, |chain, agent| chain + " > " + &agent))
    }

    /// This one, as a sub-agent of another. What was before it is left behind, and the user is that of
    /// whoever delegates.
    pub(crate) fn under(self, parent: &Self) -> Self {
        let parent = Arc::new(parent.clone());
        Self::of(self.agent, parent.on_behalf_of.clone(), Some(parent))
    }

    /// Stands in where no guard is configured, so that the denial can still be reported.
    pub(crate) fn unknown() -> Self {
        Self::of("unknown".into(), None, None)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agent, on_behalf_of, delegated_by, begins: _ } = self;
        f.debug_struct("Subject")
            .field("agent", agent)
            .field("on_behalf_of", on_behalf_of)
            .field("delegated_by", delegated_by)
            .finish()
    }
}

/// The chain as a list, from the first one on, each by its own two ids.
fn chain<S: Serializer>(last: &Option<Arc<Subject>>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Link<'a> {
        agent: &'a str,
        on_behalf_of: Option<&'a str>,
    }
    let mut links: Vec<_> = iter::successors(last.as_deref(), |link| link.delegated_by.as_deref())
        .map(|Subject { agent, on_behalf_of, .. }| Link {
            agent,
            on_behalf_of: on_behalf_of.as_deref(),
        })
        .collect();
    links.reverse();
    serializer.collect_seq(links)
}

fn checked(what: &'static str, id: String) -> Result<String, ConfigError> {
    match id_fault(&id) {
        Some(fault) => Err(ConfigError::Id { what, fault }),
        None if id.len() > MAX_ID_BYTES => {
            Err(ConfigError::Id { what, fault: "is longer than 512 bytes" })
        }
        None => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_id_does_not_read_as_two_of_a_chain() {
        let agent = |id| Subject::agent(id).unwrap();
        assert_eq!(agent("a").chain(), None);
        let two = agent("c").under(&agent("b").under(&agent("a")));
        assert_eq!(two.chain().unwrap(), r#""a" > "b""#);
        let one = agent("c").under(&agent("a > b"));
        assert_eq!(one.chain().unwrap(), r#""a > b""#);
        let quoted = agent("c").under(&agent(r#"a" > "b"#));
        assert_eq!(quoted.chain().unwrap(), r#""a\" > \"b""#);
    }
}
