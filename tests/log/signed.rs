//! A log whose checkpoints are signed: what each attack on it comes to.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use failclosed::audit::{
    Broken, FileOptions, GENESIS, StoreError, Writer,
    signed::{
        Checkpoint, Ed25519Key, Seal, Sealed, SealedStore, Signer, VerifyingKey, verify_signed,
    },
};
use sha2::{Digest as _, Sha256};

use crate::common::{Scratch, log};

mod attacked;
mod keys;
mod member;
mod proofs;
mod refused;
mod retained;
mod sealing;
mod witness;

const NAME: &str = "example.com/shopper";

/// A key that several writers have, one after the other.
#[derive(Clone)]
struct Key(Arc<Ed25519Key>);

impl Key {
    fn new() -> Self {
        Self(Arc::new(Ed25519Key::generate(NAME).unwrap()))
    }
}

impl Signer for Key {
    fn key(&self) -> VerifyingKey {
        self.0.key()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.0.sign(text)
    }
}

fn open(scratch: &Scratch, seal: Seal) -> SealedStore {
    FileOptions::default().open_sealed(scratch.path(), seal).unwrap()
}

/// A closed log of some purchases, with a checkpoint about every three records, and one at its end.
async fn sealed(purchases: u64) -> (Scratch, Key) {
    let (scratch, key) = (Scratch::new(), Key::new());
    log(&scratch, open(&scratch, Seal::new(key.clone()).records(3)), purchases).await;
    (scratch, key)
}

/// Why a log cannot be opened. Whatever it is, there is a way out in it.
fn refused(scratch: &Scratch, seal: Seal) -> String {
    let store = FileOptions::default().open_sealed(scratch.path(), seal).unwrap();
    let why = Writer::open(store).expect_err("another log was signed on").to_string();
    assert!(why.contains("\nhelp: "), "{why}");
    why
}

/// Opens a log and closes it again.
async fn reopened(scratch: &Scratch, key: &Key) {
    Writer::open(open(scratch, Seal::new(key.clone()))).unwrap().close().await.unwrap();
}

fn checked(scratch: &Scratch, key: &Key) -> Result<Sealed, Broken> {
    verify_signed(scratch.path(), &[key.key()], &[]).unwrap()
}

fn broken(scratch: &Scratch, key: &Key) -> Broken {
    checked(scratch, key).expect_err("a changed log was taken for the one that was signed")
}

fn file_of_checkpoints(scratch: &Scratch) -> PathBuf {
    scratch.path().join("checkpoints")
}

/// The checkpoints of a log, in order.
fn checkpoints(scratch: &Scratch, key: &Key) -> Vec<Checkpoint> {
    let text = fs::read_to_string(file_of_checkpoints(scratch)).unwrap();
    notes(&text).iter().map(|note| Checkpoint::read(note, &[key.key()]).unwrap()).collect()
}

/// Waits for what another thread is about to do, and not for ever.
async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..2_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to that");
}

/// The notes in a file of them.
fn notes(text: &str) -> Vec<String> {
    let blocks: Vec<_> = text.split_terminator("\n\n").collect();
    blocks.chunks(2).map(|block| format!("{}\n\n{}\n", block[0], block[1])).collect()
}

fn lines(scratch: &Scratch) -> Vec<String> {
    let [path] = &scratch.segments()[..] else { panic!("one segment") };
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

/// Writes the records anew, as whoever may write the files can: numbers, links and hashes are right.
fn forge(scratch: &Scratch, lines: &[String]) {
    let (mut prev, mut text) = (GENESIS.to_owned(), String::new());
    for (seq, line) in lines.iter().enumerate() {
        let (_, rest) = line.split_once(r#","prev":""#).unwrap();
        let (rest, _) = rest[64..].rsplit_once(r#","hash":""#).unwrap();
        let hashed = format!(r#"{{"v":1,"seq":{seq},"prev":"{prev}{rest}"#);
        prev = Sha256::digest(&hashed).iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("{hashed},\"hash\":\"{prev}\"}}\n"));
    }
    fs::write(scratch.segments().remove(0), text).unwrap();
}

fn copy(from: &Scratch) -> Scratch {
    let to = Scratch::new();
    fs::create_dir(to.path()).unwrap();
    for entry in fs::read_dir(from.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.path().join(path.file_name().unwrap())).unwrap();
    }
    to
}

/// Puts a copy in the place of a log.
fn restore(scratch: &Scratch, from: &Scratch) {
    fs::remove_dir_all(scratch.path()).unwrap();
    fs::rename(copy(from).path(), scratch.path()).unwrap();
}
