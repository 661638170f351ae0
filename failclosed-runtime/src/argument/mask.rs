//! What people and logs see of a masked argument: a keyed hash, and never the value.
//!
//! A plain hash would give a short secret away to whoever tries out all of them; a keyed one does so
//! only to who has the key. Equal values have equal masks, so that a log can still be followed.

use std::{fmt, sync::OnceLock};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::NotShowable;
use crate::error::ConfigError;

/// What a key is for, mixed into each mask: the same key elsewhere gives other hashes.
const PURPOSE: &[u8] = b"failclosed/mask/1\0";

/// The shortest key, in bytes.
const KEY_BYTES: usize = 32;

/// As much of the hash as is shown, in bytes: two values with one mask are not to be found.
const SHOWN_BYTES: usize = 16;

/// The shortest text of a masked value that is looked for in what others say, in bytes. Shorter ones
/// stand in ordinary words.
const SHORTEST_HIDDEN: usize = 4;

/// The key of the masks that people and logs see in the place of masked arguments.
///
/// A guard without one uses a key of the process, from the system's source of randomness: then masks
/// are comparable within one run. Give one to compare them across restarts and replicas, and where
/// approvals travel between processes, which are bound to what the person saw. Who has the key can try
/// out short secrets: keep it from those who read the log.
#[derive(Clone)]
pub struct MaskKey(Hmac<Sha256>);

impl MaskKey {
    /// A key of at least 32 random bytes.
    ///
    /// # Errors
    /// [`ConfigError::MaskKey`]: it is shorter.
    pub fn new(key: &[u8]) -> Result<Self, ConfigError> {
        let fault = ConfigError::MaskKey { bytes: key.len() };
        if key.len() < KEY_BYTES {
            return Err(fault);
        }
        Hmac::new_from_slice(key).map(Self).map_err(|_| fault)
    }

    /// The key of this process.
    ///
    /// # Denies
    /// Where the system has no randomness: a mask that can be computed by others hides nothing.
    pub(crate) fn of_process() -> Result<&'static Self, NotShowable> {
        static KEY: OnceLock<Option<MaskKey>> = OnceLock::new();
        let key = KEY.get_or_init(|| {
            let mut bytes = [0; KEY_BYTES];
            getrandom::fill(&mut bytes).ok()?;
            Self::new(&bytes).ok()
        });
        // FAIL CLOSED: without a mask the value would be shown, or nobody would know what was done.
        key.as_ref().ok_or_else(|| NotShowable::new("no randomness to mask an argument with"))
    }

    /// The mask of a value: JSON text, as which it is shown.
    pub(super) fn mask(&self, json: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(PURPOSE);
        mac.update(json);
        let hash = mac.finalize().into_bytes();
        let digits = hash.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}"));
        format!("\"masked:{}\"", digits.collect::<String>())
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskKey(..)")
    }
}

/// The texts and numbers of a value, in the forms in which an error may quote them, longest first.
pub(super) fn quotable(value: &serde_json::Value, found: &mut Vec<String>) {
    let mut add = |text: String| {
        let forms = [text.escape_debug().to_string(), text.escape_default().to_string(), text];
        found.extend(forms.into_iter().filter(|form| form.len() >= SHORTEST_HIDDEN));
    };
    match value {
        serde_json::Value::String(text) => add(text.clone()),
        serde_json::Value::Number(number) => add(number.to_string()),
        serde_json::Value::Array(list) => list.iter().for_each(|value| quotable(value, found)),
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                quotable(&serde_json::Value::String(key.clone()), found);
                quotable(value, found);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) => {}
    }
}
