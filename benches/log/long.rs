//! A log of many records: what it takes on the disk, and what reading it takes of memory.

use std::{fs, path::Path, time::Instant};

use failclosed::{
    audit::{FileOptions, WriterOptions, verify},
    danger,
};
use failclosed_benches::{Failure, executor::purchase, threads};

use crate::{Scratch, guard};

/// So many calls are under way at a time.
const CALLERS: u64 = 64;

/// Writes a log of so many calls, two records each.
pub(crate) fn write(directory: &Path, calls: u64, options: FileOptions) -> Result<(), Failure> {
    let options = danger::unsynced(options, "a benchmark")?;
    let writer = WriterOptions::default().queue(1 << 20).open(options.open(directory)?)?;
    let guard = guard(&writer)?;
    threads()?.block_on(async {
        let callers = (0..CALLERS).map(|caller| {
            let (guard, share) = (guard.clone(), (calls + CALLERS - 1 - caller) / CALLERS);
            tokio::spawn(guard.clone().scope(async move {
                for amount in 0..share {
                    purchase("coachella.com", amount).await.map_err(|why| why.to_string())?;
                }
                Ok::<_, String>(())
            }))
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await??;
        }
        writer.close().await?;
        let lost = writer.lost_outcomes();
        if lost > 0 { Err(format!("{lost} outcomes were lost").into()) } else { Ok(()) }
    })
}

/// Writes a log of so many records, and reads it.
pub(crate) fn measure(records: u64) -> Result<(), Failure> {
    let scratch = Scratch::new("long")?;
    let start = Instant::now();
    write(scratch.path(), records / 2, FileOptions::default())?;
    let wrote = start.elapsed();
    let sizes = fs::read_dir(scratch.path())?.map(|entry| Ok(entry?.metadata()?.len()));
    // Of which all but the last file are compressed.
    let bytes = sizes.sum::<Result<u64, Failure>>()?;
    let before = peak()?;
    let start = Instant::now();
    let whole = verify(scratch.path())?.map_err(|broken| broken.to_string())?;
    let read = start.elapsed();
    println!("| records | bytes each | written s | verified s | KiB more at its peak |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    println!(
        "| {} | {:.0} | {:.1} | {:.1} | {} |",
        whole.records,
        bytes as f64 / whole.records as f64,
        wrote.as_secs_f64(),
        read.as_secs_f64(),
        peak()?.saturating_sub(before),
    );
    Ok(())
}

/// The most memory that this process had so far, in KiB.
fn peak() -> Result<u64, Failure> {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
    Ok(u64::try_from(usage.max_rss())?)
}
