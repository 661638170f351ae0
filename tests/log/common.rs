//! Directories that go away, and a shop that writes to them.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use failclosed::{
    Authority, Decision, Denial, Guard, Subject,
    audit::{FileStore, Kind, Record, Store, Verified, Writer, verify},
    authority_fn, requires_permission,
};

/// A directory of this test's own.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("failclosed-log-{}-{next}", process::id()));
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn store(&self) -> FileStore {
        FileStore::open(&self.0).unwrap()
    }

    /// The files of the log, in order, compressed or not.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let is_one =
            |path: &PathBuf| path.extension().is_some_and(|end| end == "jsonl") || is_packed(path);
        let mut found: Vec<_> = entries.filter(is_one).collect();
        found.sort();
        found
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        // One may be compressed between the two looks.
        let text = || self.segments().into_iter().map(text).collect::<io::Result<String>>();
        let text = text().or_else(|_| text()).unwrap();
        text.lines().map(|line| Record::read(line.as_bytes()).unwrap()).collect()
    }

    pub(crate) fn whole(&self) -> Verified {
        verify(&self.0).unwrap().unwrap()
    }
}

pub(crate) fn is_packed(path: &Path) -> bool {
    path.to_str().unwrap().ends_with(".jsonl.zst")
}

/// What a file of the log says, as another program reads it.
pub(crate) fn text(path: PathBuf) -> io::Result<String> {
    let bytes = fs::read(&path)?;
    let bytes = if is_packed(&path) { zstd::decode_all(&bytes[..])? } else { bytes };
    Ok(String::from_utf8(bytes).unwrap())
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

tokio::task_local! {
    /// How many bodies ran, in one test.
    pub(crate) static RAN: AtomicU64;
}

#[requires_permission(action = "purchase")]
pub(crate) async fn charge(note: &str, amount: u64) -> Result<u64, Denial> {
    RAN.with(|ran| ran.fetch_add(1, Ordering::SeqCst));
    let _shown = note;
    Ok(amount)
}

pub(crate) fn up_to_500() -> impl Authority {
    authority_fn(async |request| {
        let shown = serde_json::to_string(&request.arguments())?;
        Ok(match shown.contains("\"amount\":9") {
            true => Decision::deny("over the limit"),
            false => Decision::allow(),
        })
    })
}

pub(crate) fn guard(writer: &Writer) -> Guard {
    guard_with(writer, Duration::from_millis(500))
}

/// The same, with so much time for everything.
pub(crate) fn guard_with(writer: &Writer, deadline: Duration) -> Guard {
    let shopper = Subject::agent("shopper").unwrap();
    let guard = Guard::builder(shopper, up_to_500(), writer.clone()).deadline(deadline);
    failclosed::danger::unchecked(guard, "a test").unwrap()
}

/// What came of one call, and how many bodies ran.
pub(crate) async fn buy(guard: &Guard, note: &str, amount: u64) -> (Result<u64, Denial>, u64) {
    RAN.scope(AtomicU64::new(0), async {
        let result = guard.scope(charge(note, amount)).await;
        (result, RAN.with(|ran| ran.load(Ordering::SeqCst)))
    })
    .await
}

/// A closed log of `purchases` allowed calls and a denied one.
pub(crate) async fn log(scratch: &Scratch, store: impl Store, purchases: u64) {
    let writer = Writer::open(store).unwrap();
    let guard = guard_with(&writer, Duration::from_secs(20));
    for amount in 0..purchases {
        assert_eq!(buy(&guard, "lunch", amount % 9).await.0.unwrap(), amount % 9);
    }
    let (denied, ran) = buy(&guard, "a car", 9).await;
    assert_eq!((denied.unwrap_err().cause().as_str(), ran), ("denied", 0));
    writer.close().await.unwrap();
    let kinds = |kind| scratch.records().iter().filter(|record| record.record == kind).count();
    assert!(kinds(Kind::Decision) as u64 > purchases);
}
