//! Decisions a second that are on the disk, beside what the disk can do.

use std::{
    fs::OpenOptions,
    hint::black_box,
    io::Write as _,
    time::{Duration, Instant},
};

use failclosed::audit::{FileStore, Writer};
use failclosed_benches::{
    Failure,
    executor::purchase,
    rounds::{median, minimum},
    threads,
};
use sha2::{Digest as _, Sha256};

use crate::{Scratch, guard};

const CALLERS: [usize; 3] = [1, 16, 256];
/// Odd, so that the median is a round.
const ROUNDS: usize = 7;
const WINDOW: Duration = Duration::from_millis(500);
/// About as long as the records of one call are.
pub(crate) const DECISION: usize = 760;
pub(crate) const OUTCOME: usize = 450;

/// What was done in one window.
#[derive(Default)]
struct Window {
    per_second: f64,
    p50_us: f64,
    p99_us: f64,
}

pub(crate) fn measure() -> Result<(), Failure> {
    let runtime = threads()?;
    println!("| callers | row | decisions a second | p50 us | p99 us | over ideal |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: |");
    for callers in CALLERS {
        let mut rows: [(&str, Vec<Window>); 4] = [
            ("append and `fdatasync`, each by itself", Vec::new()),
            ("one `fdatasync` for all that wait", Vec::new()),
            ("the same, SHA-256 of each line before it", Vec::new()),
            ("guarded, in the log", Vec::new()),
        ];
        for _ in 0..ROUNDS {
            let guarded = runtime.block_on(guarded(callers))?;
            let windows = [bare(1, false)?, bare(callers, false)?, bare(callers, true)?, guarded];
            for ((_, all), window) in rows.iter_mut().zip(windows) {
                all.push(window);
            }
        }
        let of = |all: &[Window], what: fn(&Window) -> f64| median(all.iter().map(what));
        let ideal = of(&rows[1].1, |window| window.per_second);
        for (name, all) in &rows {
            let per_second = of(all, |window| window.per_second);
            println!(
                "| {callers} | {name} | {per_second:.0} | {:.0} | {:.0} | {:.2} |",
                of(all, |window| window.p50_us),
                of(all, |window| window.p99_us),
                per_second / ideal,
            );
        }
    }
    Ok(())
}

/// Lines of so many callers in one write and one sync: nobody can do better without batching over time. The
/// outcomes of the calls before are written with them, as they are in a log. With `is_hashed`, also nobody who
/// chains them.
fn bare(callers: usize, is_hashed: bool) -> Result<Window, Failure> {
    let scratch = Scratch::new("bare")?;
    let mut file =
        OpenOptions::new().append(true).create(true).open(scratch.path().join("bare.jsonl"))?;
    let lines = vec![b'x'; (DECISION + OUTCOME) * callers];
    let (start, mut took) = (Instant::now(), Vec::new());
    while start.elapsed() < WINDOW {
        let began = Instant::now();
        if is_hashed {
            for _ in 0..callers {
                black_box(Sha256::digest(&lines[..DECISION]));
                black_box(Sha256::digest(&lines[..OUTCOME]));
            }
        }
        file.write_all(&lines)?;
        file.sync_data()?;
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(window(took.len() * callers, start.elapsed(), took))
}

/// So many callers, each with one call after the other.
async fn guarded(callers: usize) -> Result<Window, Failure> {
    let scratch = Scratch::new("guarded")?;
    let writer = Writer::open(FileStore::open(scratch.path())?)?;
    let guard = guard(&writer)?;
    let start = Instant::now();
    let calls = (0..callers).map(|_| {
        let guard = guard.clone();
        tokio::spawn(async move {
            let mut took = Vec::new();
            while start.elapsed() < WINDOW {
                let began = Instant::now();
                guard.scope(purchase("coachella.com", 742)).await.map_err(|why| why.to_string())?;
                took.push(began.elapsed().as_secs_f64() * 1e6);
            }
            Ok::<_, String>(took)
        })
    });
    let mut took = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        took.extend(call.await??);
    }
    let elapsed = start.elapsed();
    writer.close().await?;
    Ok(window(took.len(), elapsed, took))
}

fn window(decisions: usize, elapsed: Duration, mut took: Vec<f64>) -> Window {
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied();
    Window {
        per_second: decisions as f64 / elapsed.as_secs_f64(),
        p50_us: at(0.5).unwrap_or_else(|| minimum(&took)),
        p99_us: at(0.99).unwrap_or(f64::NAN),
    }
}
