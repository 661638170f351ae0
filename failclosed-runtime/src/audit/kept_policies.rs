//! Policies that a log keeps: their text has the digest that records name.

use super::StoreError;
use crate::decision::Policies;

impl Policies {
    /// What was read as the text with this digest.
    ///
    /// # Errors
    /// A text that has another one.
    pub fn read(digest: &str, text: impl Into<String>) -> Result<Self, StoreError> {
        let read = Self::new(text.into());
        if read.digest() == digest {
            return Ok(read);
        }
        // FAIL CLOSED: what was changed is not what decided.
        Err(StoreError::new(format_args!(
            "the policies {digest} were changed: their text has another digest\n\
             help: put the policies with this digest there, or remove what is there"
        )))
    }

    /// Whether a store keeps these, where it has this text under their digest.
    ///
    /// # Errors
    /// It has none, or another one.
    pub fn are_kept(&self, text: Option<String>) -> Result<(), StoreError> {
        match text {
            Some(text) => Self::read(self.digest(), text).map(drop),
            // FAIL CLOSED: a record would name what nobody can look at.
            None => {
                Err(StoreError::new(format_args!("the policies {} were not kept", self.digest())))
            }
        }
    }
}
