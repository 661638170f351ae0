//! Who signs checkpoints, and how others know that it was them.

use std::{
    fmt,
    fs::{self, File},
    io::{Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Unproven, note::ID_BYTES};
use crate::audit::{
    StoreError,
    file::{
        directory::sync,
        segment::{open, owner_only},
    },
};

/// How the text of a private key begins, for Go's `sumdb/note` as for us.
const PRIVATE: &str = "PRIVATE+KEY+";

/// The number of the algorithm, in keys and in what their ids are made of.
const ED25519: u8 = 1;

/// The longest file of a key that is read, in bytes.
const MAX_KEY_BYTES: u64 = 4 * 1024;

/// Signs the checkpoints of a log: [`Ed25519Key`], or a machine that keeps its key to itself.
pub trait Signer: Send + 'static {
    /// What its signatures are checked with. Its name is the log's, in each checkpoint.
    fn key(&self) -> VerifyingKey;

    /// Signs these bytes as they are. It may block: callers whose records come meanwhile wait, at most
    /// until their deadline.
    ///
    /// # Errors
    /// A signature that cannot be made now. See [`Seal`](super::Seal) for what is denied then.
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, StoreError>;
}

/// What a signature is checked with: a name and a public key. As text, and to be read from it:
/// `name+id+key`, as in Go's `sumdb/note`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; ID_BYTES],
    public: Public,
}

/// Another algorithm is another variant.
#[derive(Clone, PartialEq, Eq)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl VerifyingKey {
    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// Another form or another algorithm, an id that is not this key's, a key that is none.
    pub fn parse(text: &str) -> Result<Self, Unproven> {
        let not = |why: &str| Unproven::new(format_args!("not a verifying key: {why}"));
        // The key itself may have a plus sign in it; a name has none.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(not("it is not of the form `name+id+key`"));
        };
        let key = BASE64.decode(key).map_err(|_| not("its key is not in base64"))?;
        let Some((&ED25519, public)) = key.split_first() else {
            return Err(not("its algorithm is not Ed25519"));
        };
        let public = public.try_into().map_err(|_| not("its key has another length"))?;
        let public = ed25519_dalek::VerifyingKey::from_bytes(public).ok();
        // FAIL CLOSED: with a weak key, one signature is right for many texts.
        let public = public.filter(|key| !key.is_weak()).ok_or_else(|| not("its key is none"))?;
        let key = Self::ed25519(name, public)?;
        if hex(key.id) != id {
            return Err(not("its id is another key's"));
        }
        Ok(key)
    }

    fn ed25519(name: &str, public: ed25519_dalek::VerifyingKey) -> Result<Self, Unproven> {
        let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.len() > 256 || name.contains(is_bad) {
            return Err(Unproven::new(
                "the name of a key is 1 to 256 bytes without blanks and `+`\n\
                 help: name it after the log: `example.com/shopper`",
            ));
        }
        let hash = Sha256::new_with_prefix(name).chain_update([b'\n', ED25519]);
        let hash = hash.chain_update(public.as_bytes()).finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], public: Public::Ed25519(public) })
    }

    /// The signer's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of the signer's keys this is: the beginning of a hash of name, algorithm and key.
    pub fn id(&self) -> [u8; ID_BYTES] {
        self.id
    }

    /// Whether this key made the signature, over these very bytes.
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            Public::Ed25519(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(text, &signature).is_ok()),
        }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match &self.public {
            Public::Ed25519(key) => [&[ED25519][..], key.as_bytes()].concat(),
        };
        write!(f, "{}+{}+{}", self.name, hex(self.id), BASE64.encode(key))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

fn hex(id: [u8; ID_BYTES]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// A private key for Ed25519. Wiped when it is dropped, and never printed.
pub struct Ed25519Key {
    key: VerifyingKey,
    signing: SigningKey,
}

impl Ed25519Key {
    /// A new key under the name of a log, such as `example.com/shopper`.
    ///
    /// # Errors
    /// A name with blanks or `+` in it, and a system without randomness.
    pub fn generate(name: &str) -> Result<Self, Unproven> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut())
            .map_err(|error| Unproven::new(format_args!("no key can be made: {error}")))?;
        Self::from_seed(name, &seed)
    }

    fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, Unproven> {
        let signing = SigningKey::from_bytes(seed);
        Ok(Self { key: VerifyingKey::ed25519(name, signing.verifying_key())?, signing })
    }

    /// Reads the file that [`write_new`](Self::write_new) or Go's `sumdb/note` made.
    ///
    /// # Errors
    /// A link; a file that others can read, or that is neither ours nor root's; what is no key.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let file = open(owner_only().read(true), path)?;
        let found = file.metadata().map_err(|error| StoreError::io("cannot read", path, &error))?;
        let (mode, owner) = (found.mode() & 0o7777, found.uid());
        if mode & 0o077 != 0 {
            // FAIL CLOSED: whoever else read it can sign as this log.
            return Err(StoreError::new(format_args!(
                "the key {path} can be used by others (mode {mode:03o})\nhelp: make another one: \
                 `failclosed log keygen NAME FILE`",
                path = path.display()
            )));
        }
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            // FAIL CLOSED: whose file it is, theirs is the key.
            return Err(StoreError::new(format_args!(
                "the key {} belongs to somebody else (user {owner})",
                path.display()
            )));
        }
        let mut text = Zeroizing::new(String::new());
        let read = file.take(MAX_KEY_BYTES).read_to_string(&mut text);
        read.map_err(|error| StoreError::io("cannot read", path, &error))?;
        Self::parse(text.trim_end_matches('\n'))
            .map_err(|why| StoreError::new(format_args!("{}: {why}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, Unproven> {
        let not = || Unproven::new("not a private key for Ed25519");
        let mut parts = text.strip_prefix(PRIVATE).ok_or_else(not)?.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(not());
        };
        let key = Zeroizing::new(BASE64.decode(key).map_err(|_| not())?);
        let Some((&ED25519, seed)) = key.split_first() else { return Err(not()) };
        let key = Self::from_seed(name, seed.try_into().map_err(|_| not())?)?;
        // FAIL CLOSED: a key that was changed is another one.
        if hex(key.key.id) == id { Ok(key) } else { Err(not()) }
    }

    /// Writes it where nothing is yet, for its owner alone.
    ///
    /// # Errors
    /// A file that is there: it may be the only copy of a key.
    pub fn write_new(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        let path = path.as_ref();
        let file = owner_only().write(true).create_new(true).open(path);
        let file = file.map_err(|error| StoreError::io("cannot make", path, &error))?;
        self.write(file)
            .inspect_err(|_| drop(fs::remove_file(path)))
            .map_err(|error| StoreError::io("cannot write", path, &error))?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        sync(parent.unwrap_or(Path::new(".")))
    }

    fn write(&self, mut file: File) -> std::io::Result<()> {
        let mut key = Zeroizing::new(vec![ED25519]);
        key.extend_from_slice(self.signing.as_bytes());
        let key = Zeroizing::new(BASE64.encode(&key));
        let text = [PRIVATE, &self.key.name, "+", &hex(self.key.id), "+", &key, "\n"];
        let text = Zeroizing::new(text.concat());
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

impl Signer for Ed25519Key {
    fn key(&self) -> VerifyingKey {
        self.key.clone()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, StoreError> {
        let signature = self.signing.try_sign(text).map_err(StoreError::new)?;
        Ok(signature.to_bytes().to_vec())
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Key({})", self.key.name)
    }
}
