//! Signed checkpoints of a log in files: how many records there are, and the root of their tree.
//!
//! The tree is that of RFC 6962; a leaf is a record's line, without its end. A checkpoint is a
//! [`tlog-checkpoint`](https://c2sp.org/tlog-checkpoint), signed as a
//! [note](https://c2sp.org/signed-note) with Ed25519, so that programs of other people read it. See
//! *Operating the audit log* in the guide.

use std::fmt;

mod base;
mod checkpoint;
mod kept;
mod key;
mod note;
mod proof;
mod seal;
mod store;
mod tree;
mod verify;
mod witness;

pub use checkpoint::Checkpoint;
pub use key::{Ed25519Key, Signer, VerifyingKey};
pub use proof::{GrowthProof, InclusionProof, prove, prove_growth};
pub use seal::Seal;
pub use store::SealedStore;
pub use verify::{Sealed, verify_signed};
pub use witness::{FileWitness, Unwitnessed, Witness};

/// Why a text is not the key, checkpoint or proof that it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven(String);

impl Unproven {
    fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unproven {}
