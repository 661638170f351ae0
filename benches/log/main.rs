//! What the log in files costs: decisions that are on the disk before their bodies run, beside the disk
//! alone; a call whose log is not synced; and how fast a log is verified.
//!
//! `cargo bench -p failclosed-benches --bench log [-- --records 10000000]`

mod durable;
mod long;

use std::{
    env,
    fs::{self, OpenOptions},
    hint::black_box,
    io::Write as _,
    path::{Path, PathBuf},
    process,
    sync::mpsc,
    thread,
    time::Instant,
};

use failclosed::{
    Guard, Subject,
    audit::{FileOptions, Writer, WriterOptions, verify},
    danger,
};
use failclosed_benches::{Failure, authority::Ready, executor::purchase, rounds::Rounds, runtime};
use sha2::{Digest as _, Sha256};

/// A directory that goes away.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        // Not in memory: the target directory is on a disk, the system's own one may not be.
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-log");
        let path = path.join(format!("{name}-{}", process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A guard that writes to this log.
pub(crate) fn guard(writer: &Writer) -> Result<Guard, Failure> {
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    Ok(danger::unchecked(Guard::builder(subject, Ready, writer.clone()), "a benchmark")?)
}

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip_while(|argument| argument != "--records").skip(1);
    if let Some(records) = arguments.next() {
        return long::measure(records.parse()?);
    }
    durable::measure()?;
    println!();
    unsynced()?;
    println!();
    verified()
}

/// A call whose record nobody waits for the disk with.
fn unsynced() -> Result<(), Failure> {
    const NONE: &str = "no log";
    let runtime = runtime()?;
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let nowhere = Guard::builder(subject, Ready, danger::unrecorded("a benchmark")?);
    let nowhere = danger::unchecked(nowhere, "a benchmark")?;
    let scratch = Scratch::new("unsynced")?;
    let options = danger::unsynced(FileOptions::default(), "a benchmark")?;
    let writer = WriterOptions::default().open(options.open(scratch.path())?)?;
    let logged = guard(&writer)?;
    // No call is held up by a disk that hangs, beyond its deadline: so another thread writes, always.
    let (ask, asked) = mpsc::channel();
    let (answer, mut answered) = tokio::sync::mpsc::channel(1);
    let other =
        thread::spawn(
            move || {
                while asked.recv().is_ok_and(|()| answer.blocking_send(()).is_ok()) {}
            },
        );
    let mut rounds = Rounds::default();
    rounds.guarded(NONE, None, (&runtime, &nowhere), async || {
        purchase(black_box("coachella.com"), black_box(742)).await
    });
    rounds.guarded("a log that is not synced", Some(NONE), (&runtime, &logged), async || {
        purchase(black_box("coachella.com"), black_box(742)).await
    });
    let path = scratch.path().join("bare");
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let lines = [b'x'; durable::DECISION + durable::OUTCOME];
    rounds.sync("both lines, by one `write` and no more", None, move || file.write_all(&lines));
    rounds.awaited("to another thread and back", None, &runtime, async || {
        (ask.send(()).is_ok(), answered.recv().await)
    });
    rounds.measure().print();
    drop(ask);
    other.join().map_err(|_| "the other thread panicked")?;
    let lost = writer.lost_outcomes();
    if lost > 0 {
        println!("\n{lost} outcomes were lost");
    }
    Ok(runtime.block_on(writer.close())?)
}

/// Reading a log from end to end, beside hashing its bytes.
fn verified() -> Result<(), Failure> {
    const CALLS: u64 = 100_000;
    let scratch = Scratch::new("verified")?;
    // As text, so that both read the same bytes.
    long::write(scratch.path(), CALLS, FileOptions::default().compress(false))?;
    let mut text = Vec::new();
    for entry in fs::read_dir(scratch.path())? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "jsonl") {
            text.extend(fs::read(path)?);
        }
    }
    let best = |work: &mut dyn FnMut() -> Result<(), Failure>| {
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            work()?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        Ok::<_, Failure>(best)
    };
    let hashing = best(&mut || {
        black_box(Sha256::digest(&text));
        Ok(())
    })?;
    let verifying = best(&mut || {
        let whole = verify(scratch.path())?.map_err(|broken| broken.to_string())?;
        black_box(whole);
        Ok(())
    })?;
    let megabytes = text.len() as f64 / 1e6;
    println!("| {} records, {megabytes:.0} MB | MB/s | over SHA-256 |", CALLS * 2);
    println!("| --- | ---: | ---: |");
    println!("| SHA-256 of the bytes | {:.0} | |", megabytes / hashing);
    println!("| `verify` | {:.0} | {:.2} |", megabytes / verifying, hashing / verifying);
    Ok(())
}
