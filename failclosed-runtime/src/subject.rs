//! Who acts: the agent, and the user it acts on behalf of.

use crate::{error::ConfigError, text::is_invisible};
use serde::Serialize;

/// The longest id a subject or an audit record takes, in bytes.
const MAX_ID_BYTES: usize = 512;

/// Who acts. Fixed when the guard is built, never read from a call's arguments: an agent does not
/// choose who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    agent: String,
    on_behalf_of: Option<String>,
}

impl Subject {
    /// An agent by its id.
    ///
    /// # Errors
    /// [`ConfigError::Id`]: a blank id, or one with control characters or white space around it.
    pub fn agent(id: impl Into<String>) -> Result<Self, ConfigError> {
        Ok(Self { agent: checked("agent", id.into())?, on_behalf_of: None })
    }

    /// The user the agent acts for.
    ///
    /// # Errors
    /// [`ConfigError::Id`], as for the agent's id.
    pub fn on_behalf_of(mut self, user: impl Into<String>) -> Result<Self, ConfigError> {
        self.on_behalf_of = Some(checked("user", user.into())?);
        Ok(self)
    }

    /// The agent's id.
    pub fn agent_id(&self) -> &str {
        &self.agent
    }

    /// The id of the user it acts for.
    pub fn user_id(&self) -> Option<&str> {
        self.on_behalf_of.as_deref()
    }

    /// Stands in where no guard is configured, so that the denial can still be reported.
    pub(crate) fn unknown() -> Self {
        Self { agent: "unknown".into(), on_behalf_of: None }
    }
}

/// What keeps an id from naming one thing and no other.
pub(crate) fn id_fault(id: &str) -> Option<&'static str> {
    // FAIL CLOSED: an empty environment variable must not become an identity (CVE-2020-27780).
    if id.trim().is_empty() {
        Some("is blank")
    } else if id.trim() != id {
        Some("has white space around it")
    } else if id.chars().any(is_invisible) {
        Some("has control or invisible characters")
    } else {
        None
    }
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
