//! What people and logs see of a masked argument: a keyed hash, and never the value.
//!
//! A plain hash would give a short secret away to whoever tries out all of them; a keyed one does so
//! only to who has the key. Equal values have equal masks, so that a log can still be followed.

use std::{collections::HashMap, fmt, sync::OnceLock};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::NotShowable;
use crate::{error::ConfigError, text};

/// What a key is for, mixed into each mask: the same key elsewhere gives other hashes.
const PURPOSE: &[u8] = b"failclosed/mask/1\0";

/// The shortest key, in bytes.
const KEY_BYTES: usize = 32;

/// As much of the hash as is shown, in bytes: two values with one mask are not to be found.
const SHOWN_BYTES: usize = 16;

/// The shortest text of a masked value that is looked for in what others say, in bytes. Shorter ones
/// stand in ordinary words.
const SHORTEST_HIDDEN: usize = 4;

/// From how many bytes on the beginning of such a text is looked for where it is not the whole.
const SHORTEST_CUT: usize = 12;

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
        format!("\"masked:{}\"", const_hex::encode(&hash[..SHOWN_BYTES]))
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskKey(..)")
    }
}

/// What a masked value holds, in the forms in which others may quote it.
#[derive(Default)]
pub(super) struct Hidden {
    /// By how they begin: a text is read once, however much there is to look for.
    forms: HashMap<[u8; SHORTEST_HIDDEN], Vec<String>>,
}

impl Hidden {
    /// The texts and numbers of a value.
    pub(super) fn add(&mut self, value: &serde_json::Value) {
        match value {
            serde_json::Value::String(text) => self.add_text(text),
            serde_json::Value::Number(number) => self.add_form(number.to_string()),
            serde_json::Value::Array(list) => list.iter().for_each(|value| self.add(value)),
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    self.add_text(key);
                    self.add(value);
                }
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        self.add_form(text.escape_debug().to_string());
        self.add_form(text.escape_default().to_string());
        // In quotes, as `{:?}` and JSON write it: the one leaves an apostrophe, the other spells controls
        // in its own way.
        for quoted in [format!("{text:?}"), serde_json::Value::from(text).to_string()] {
            let inside = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            self.add_form(inside.unwrap_or_default().to_owned());
        }
        self.add_form(text.to_owned());
    }

    fn add_form(&mut self, form: String) {
        // What others say is one line by now: of a key in several lines, or one with the line break of its
        // file, nothing else is left to be found.
        let line = text::line(&*form, form.len());
        if line != form {
            let line = line.into_owned();
            self.keep(line);
        }
        self.keep(form);
    }

    fn keep(&mut self, form: String) {
        if let Some(begins) = form.as_bytes().first_chunk() {
            self.forms.entry(*begins).or_default().push(form);
        }
    }

    /// The text without them; `None` where there is none of them in it.
    pub(super) fn taken_out_of(&self, text: &str) -> Option<String> {
        let mut told = String::new();
        let mut rest = text;
        let mut found = false;
        while let Some(c) = rest.chars().next() {
            match self.begins(rest) {
                Some((_, behind)) => {
                    found = true;
                    told.push_str("[masked]");
                    rest = behind;
                }
                None => {
                    told.push(c);
                    rest = rest.get(c.len_utf8()..).unwrap_or_default();
                }
            }
        }
        found.then_some(told)
    }

    /// The longest of them, or beginning of one, that the text begins with; and what stands behind it.
    fn begins<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let begins: &[u8; SHORTEST_HIDDEN] = text.as_bytes().first_chunk()?;
        let alike = self.forms.get(begins)?.iter().filter_map(|form| {
            let both = form.chars().zip(text.chars()).take_while(|(one, other)| one == other);
            let length = both.map(|(c, _)| c.len_utf8()).sum();
            let (quoted, behind) = text.split_at_checked(length)?;
            // Whoever made the text may have cut it, and it was cut when it came in.
            let is_cut = length >= SHORTEST_CUT || behind.starts_with(text::CUT);
            (length == form.len() || is_cut).then_some((quoted, behind))
        });
        alike.max_by_key(|(quoted, _)| quoted.len())
    }
}
