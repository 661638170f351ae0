//! What is signed of a log: how many records there are, and the root of their tree. The text is that of
//! <https://c2sp.org/tlog-checkpoint>.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{
    Signer, Unproven, VerifyingKey, note,
    tree::{Frontier, Hash},
};
use crate::audit::StoreError;

/// A checkpoint, signed by a key that we know: there is no other way to one.
#[derive(Clone, PartialEq, Eq)]
pub struct Checkpoint {
    note: String,
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// Reads a note, which one of the keys must have signed under the name that the checkpoint has.
    ///
    /// # Errors
    /// What is no checkpoint, or is not known to be one of the log whose keys these are.
    pub fn read(note: &str, keys: &[VerifyingKey]) -> Result<Self, Unproven> {
        let (text, key) = note::read(note, keys)?;
        let shape = |why: &str| Unproven::new(format_args!("not a checkpoint: {why}"));
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(shape("it has not three lines"));
        };
        // FAIL CLOSED: more lines may say what we do not understand; no log of ours has them.
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(shape("it has more than three lines"));
        }
        if origin != key.name() {
            // FAIL CLOSED: whoever signs for one log does not sign for the other.
            return Err(Unproven::new(format_args!(
                "it is of the log `{origin}`, and signed by `{}`",
                key.name()
            )));
        }
        let number = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let number = number.ok_or_else(|| shape("its size is not a number"))?;
        let root = hash(root).ok_or_else(|| shape("its root is not a hash"))?;
        Ok(Self { note: note.to_owned(), origin: origin.to_owned(), size: number, root })
    }

    /// Signs a tree.
    ///
    /// # Errors
    /// What the signer says, and a signature that is not its key's.
    pub(super) fn sign(signer: &dyn Signer, tree: &Frontier) -> Result<Self, StoreError> {
        let key = signer.key();
        let root = BASE64.encode(tree.root());
        let text = format!("{}\n{}\n{root}\n", key.name(), tree.size());
        let note = note::write(&text, &key, &signer.sign(text.as_bytes())?);
        // FAIL CLOSED: what nobody could check is not signed.
        Self::read(&note, &[key]).map_err(|why| StoreError::new(format_args!("the signer: {why}")))
    }

    /// The whole note, signatures and all, as it is written and handed on.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many records it covers: those with the numbers before this one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of their tree, by RFC 6962. A leaf is a record's line without its end.
    pub fn root(&self) -> [u8; 32] {
        self.root
    }

    /// Whether this is what the checkpoint says of a tree.
    pub(super) fn is_of(&self, tree: &Frontier) -> bool {
        self.size == tree.size() && self.root == tree.root()
    }
}

/// A hash in base64.
pub(super) fn hash(text: &str) -> Option<Hash> {
    BASE64.decode(text).ok()?.try_into().ok()
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = BASE64.encode(self.root);
        write!(f, "Checkpoint({} of `{}`, root {root})", self.size, self.origin)
    }
}

impl fmt::Display for Checkpoint {
    /// The whole note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.note)
    }
}
