//! When checkpoints are signed, and what is denied while they cannot be.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause,
    audit::{
        StoreError, Writer,
        signed::{Seal, Signer, VerifyingKey, verify_signed},
    },
};

use super::{
    Key, NAME, checked, checkpoints, file_of_checkpoints, lines, open, refused, sealed, until,
};
use crate::common::{Scratch, buy, guard, log};

#[tokio::test]
async fn a_checkpoint_is_signed_after_so_many_records_and_at_the_end() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let seal = Seal::new(key.clone()).records(4).within(Duration::from_secs(3_600));
    let writer = Writer::open(open(&scratch, seal)).unwrap();
    // Before anything else: from here on, a log without one is no log of ours.
    assert_eq!(checkpoints(&scratch, &key).len(), 1);
    buy(&guard(&writer), "lunch", 1).await.0.unwrap();
    until(async || lines(&scratch).len() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(checkpoints(&scratch, &key).len(), 1, "it was signed too early");
    buy(&guard(&writer), "lunch", 1).await.0.unwrap();
    until(async || checkpoints(&scratch, &key).last().unwrap().size() == 4).await;
    buy(&guard(&writer), "lunch", 1).await.0.unwrap();
    writer.close().await.unwrap();
    let all = checkpoints(&scratch, &key);
    assert_eq!(all.last().unwrap().size(), 6);
    assert!(all.iter().all(|checkpoint| checkpoint.origin() == NAME));
    let mode = fs::metadata(file_of_checkpoints(&scratch)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(checked(&scratch, &key).unwrap().checkpoints, all.len() as u64);
}

#[tokio::test]
async fn a_checkpoint_is_signed_some_time_after_the_first_record_that_none_covers() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let seal = Seal::new(key.clone()).within(Duration::from_millis(30));
    let writer = Writer::open(open(&scratch, seal)).unwrap();
    buy(&guard(&writer), "lunch", 1).await.0.unwrap();
    // With no other record that would bring it along.
    until(async || checkpoints(&scratch, &key).last().unwrap().size() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let found = checkpoints(&scratch, &key).len();
    assert!(found <= 3, "{found}: nothing new was signed");
    writer.close().await.unwrap();
    assert_eq!(checkpoints(&scratch, &key).len(), found);
}

/// The root, by whoever has the lines and thirty seconds.
const ONE_LINER: &str = r#"import sys,hashlib,base64
H=lambda b:hashlib.sha256(b).digest()
def root(l):
    k=1<<(len(l)-1).bit_length()-1 if len(l)>1 else 0
    return H(b'\1'+root(l[:k])+root(l[k:])) if k else l[0]
print(base64.b64encode(root([H(b'\0'+l.rstrip(b'\n')) for l in sys.stdin.buffer])).decode())"#;

#[tokio::test]
async fn python_recomputes_the_root_from_the_lines() {
    for purchases in [0, 1, 2, 5, 12] {
        let (scratch, key) = sealed(purchases).await;
        let text = fs::read(scratch.segments().remove(0)).unwrap();
        let mut python = Command::new("python3");
        let python = python.args(["-c", ONE_LINER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut python = python.spawn().unwrap();
        python.stdin.take().unwrap().write_all(&text).unwrap();
        let said = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
        let last = checked(&scratch, &key).unwrap().last;
        let [name, size, root] = last.note().lines().take(3).collect::<Vec<_>>()[..] else {
            panic!("{last:?}")
        };
        let records = (2 * purchases + 1).to_string();
        assert_eq!((name, size, root), (NAME, records.as_str(), said.trim()));
    }
}

/// A machine that signs, and is off now and then, or mad.
struct Machine {
    key: Key,
    is_off: Arc<AtomicBool>,
    is_mad: bool,
}

impl Signer for Machine {
    fn key(&self) -> VerifyingKey {
        self.key.key()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, StoreError> {
        if self.is_off.load(Ordering::SeqCst) {
            return Err(StoreError::new("the signing machine is off"));
        }
        self.key.sign(if self.is_mad { b"something else" } else { text })
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_signed_denies_until_it_can() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let is_off = Arc::new(AtomicBool::new(false));
    let machine = Machine { key: key.clone(), is_off: Arc::clone(&is_off), is_mad: false };
    let writer = Writer::open(open(&scratch, Seal::new(machine).records(1))).unwrap();
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    is_off.store(true, Ordering::SeqCst);
    until(async || buy(&guard(&writer), "lunch", 1).await.0.is_err()).await;
    let recorded = lines(&scratch).len();
    for _ in 0..3 {
        let (result, ran) = buy(&guard(&writer), "lunch", 1).await;
        let denial = result.unwrap_err();
        assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
        assert!(denial.detail().unwrap().contains("the signing machine is off"), "{denial:?}");
    }
    assert_eq!(lines(&scratch).len(), recorded, "records came that nobody would sign");
    is_off.store(false, Ordering::SeqCst);
    // At once, with the next record, and not only after some time.
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let whole = checked(&scratch, &key).unwrap();
    assert_eq!(whole.records, whole.last.size());
}

#[tokio::test]
async fn a_signature_that_is_not_the_keys_is_not_kept() {
    let (scratch, key) = (Scratch::new(), Key::new());
    let machine = Machine { key, is_off: Arc::default(), is_mad: true };
    let store = open(&scratch, Seal::new(machine));
    let why = Writer::open(store).unwrap_err().to_string();
    assert!(why.contains("the signer: the signature of"), "{why}");
    assert_eq!(fs::read_to_string(file_of_checkpoints(&scratch)).unwrap(), "");
}

#[tokio::test]
async fn a_key_is_changed_where_the_old_one_is_named() {
    let (scratch, old) = sealed(2).await;
    let new = Key::new();
    let why = refused(&scratch, Seal::new(new.clone()));
    assert!(why.contains("none of the given keys signed it"), "{why}");
    let seal = Seal::new(new.clone()).trusting(old.key());
    log(&scratch, open(&scratch, seal), 1).await;
    let verified = |keys: &[&Key]| {
        let keys: Vec<_> = keys.iter().map(|key| key.key()).collect();
        verify_signed(scratch.path(), &keys, &[]).unwrap().is_ok()
    };
    assert!(verified(&[&old, &new]) && !verified(&[&new]) && !verified(&[&old]) && !verified(&[]));
}
