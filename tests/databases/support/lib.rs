//! What proofs of logs in databases share: a shop that is guarded, a shop that is killed, and a reader that
//! believes nothing.
#![allow(missing_docs, reason = "support for tests")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Subject,
    audit::{Chain, Line, Record, Row, Writer},
    authority_fn,
    decision::Policies,
    requires_permission,
};
use sha2::{Digest as _, Sha256};

pub mod killed;
pub mod shop;

/// A directory of one test's own.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("failclosed-db-{}-{next}", process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

tokio::task_local! {
    /// How many bodies ran, in one call.
    static RAN: AtomicU64;
}

#[requires_permission(action = "purchase")]
async fn charge(note: &str, amount: u64) -> Result<u64, Denial> {
    RAN.with(|ran| ran.fetch_add(1, Ordering::SeqCst));
    let _shown = note;
    Ok(amount)
}

/// What the authority decides by.
pub fn policies() -> Policies {
    Policies::new("up to 8")
}

fn up_to_8() -> impl Authority {
    authority_fn(async |request| {
        let decision = match request.argument::<u64>("amount")? {
            0..=8 => Decision::allow().rule("limit"),
            _ => Decision::deny("over the limit").rule("limit"),
        };
        Ok(decision.policies([policies()]))
    })
}

/// A guard whose log is this one, with all the time that a busy machine needs.
pub fn guard(writer: &Writer) -> Guard {
    guard_with(writer, Duration::from_secs(20))
}

/// The same, with half a second for everything: for calls that are to be denied.
pub fn hurried(writer: &Writer) -> Guard {
    guard_with(writer, Duration::from_millis(500))
}

fn guard_with(writer: &Writer, deadline: Duration) -> Guard {
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), up_to_8(), writer.clone());
    failclosed::danger::unchecked(guard.deadline(deadline), "a test").unwrap()
}

/// What came of one call, and how many bodies ran.
pub async fn buy(guard: &Guard, note: &str, amount: u64) -> (Result<u64, Denial>, u64) {
    RAN.scope(AtomicU64::new(0), async {
        let result = guard.scope(charge(note, amount)).await;
        (result, RAN.with(|ran| ran.load(Ordering::SeqCst)))
    })
    .await
}

/// One call goes through.
pub async fn bought(writer: &Writer) {
    let (result, ran) = buy(&guard(writer), "lunch", 1).await;
    assert_eq!((result.unwrap(), ran), (1, 1));
}

/// One call does not, because its decision is not on record.
pub async fn unrecorded(writer: &Writer, why: &str) {
    let (result, ran) = buy(&hurried(writer), "lunch", 1).await;
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0), "{denial:?}");
    let detail = denial.detail().unwrap().replace('\n', " ");
    assert!(detail.contains(why), "{why}: {detail}");
}

/// Asks until one call goes through: a database needs a moment to come back.
pub async fn bought_in_the_end(writer: &Writer) {
    let guard = hurried(writer);
    let mut last = None;
    for _ in 0..200 {
        match buy(&guard, "lunch", 1).await {
            (Ok(_), ran) => return assert_eq!(ran, 1),
            (Err(denial), ran) => {
                assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
                last = denial.detail().map(str::to_owned);
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the log did not come back: {last:?}");
}

/// The records of a whole log; else the number of the first one that is not, and what is wrong.
pub fn whole(rows: &[Row]) -> Result<Vec<Record>, (u64, String)> {
    let mut chain = Chain::default();
    let records = rows.iter().map(|row| {
        let seq = chain.next();
        chain.take_row(row).map_err(|why| (seq, why))
    });
    records.collect()
}

/// A chain of records with these members, after the one with that number and hash.
pub fn lines(mut next: u64, prev: &str, members: &[&str]) -> Vec<Line> {
    let mut prev = prev.to_owned();
    let sealed = members.iter().map(|members| {
        let hashed = format!(r#"{{"v":1,"seq":{next},"prev":"{prev}",{members}"#);
        prev = Sha256::digest(&hashed).iter().map(|byte| format!("{byte:02x}")).collect();
        next += 1;
        Line::parse(&format!(r#"{hashed},"hash":"{prev}"}}"#)).unwrap().0
    });
    sealed.collect()
}

/// The number of a purchase, out of its question.
pub fn number(question: &str) -> u64 {
    let (_, rest) = question.split_once("\"number\":").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}
