//! Samples taken in turns: each round measures every row once, so that a neighbour on the machine
//! or a change of clock rate disturbs all rows alike.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use failclosed::Guard;
use tokio::runtime::Runtime;

/// Odd, so that the median is a sample.
const ROUNDS: usize = 101;
/// Long enough for the clock's own 25 ns not to matter, short enough to fit between two interrupts.
const SAMPLE: Duration = Duration::from_micros(500);

/// Rows that are measured together.
#[derive(Default)]
pub struct Rounds<'r> {
    rows: Vec<Row<'r>>,
}

struct Row<'r> {
    name: &'static str,
    over: Option<&'static str>,
    sample: Box<dyn FnMut(u32) -> Duration + 'r>,
    ns: Vec<f64>,
}

impl<'r> Rounds<'r> {
    /// A row whose samples are taken by `sample`, which is given the number of operations.
    pub fn sampled(
        &mut self,
        name: &'static str,
        over: Option<&'static str>,
        sample: impl FnMut(u32) -> Duration + 'r,
    ) {
        self.rows.push(Row { name, over, sample: Box::new(sample), ns: Vec::new() });
    }

    /// A row of a plain operation. `over` names the row it is compared with.
    pub fn sync<T>(
        &mut self,
        name: &'static str,
        over: Option<&'static str>,
        mut operation: impl FnMut() -> T + 'r,
    ) {
        self.sampled(name, over, move |operations| {
            let start = Instant::now();
            for _ in 0..operations {
                black_box(operation());
            }
            start.elapsed()
        });
    }

    /// A row of an awaited operation. One `block_on` a sample, so its cost is not in the number.
    pub fn awaited<T>(
        &mut self,
        name: &'static str,
        over: Option<&'static str>,
        runtime: &'r Runtime,
        mut operation: impl AsyncFnMut() -> T + 'r,
    ) {
        self.sampled(name, over, move |operations| {
            runtime.block_on(async {
                let start = Instant::now();
                for _ in 0..operations {
                    black_box(operation().await);
                }
                start.elapsed()
            })
        });
    }

    /// The same, with a current guard.
    pub fn guarded<T>(
        &mut self,
        name: &'static str,
        over: Option<&'static str>,
        (runtime, guard): (&'r Runtime, &'r Guard),
        mut operation: impl AsyncFnMut() -> T + 'r,
    ) {
        self.sampled(name, over, move |operations| {
            runtime.block_on(guard.scope(async {
                let start = Instant::now();
                for _ in 0..operations {
                    black_box(operation().await);
                }
                start.elapsed()
            }))
        });
    }

    /// Measures all rows.
    pub fn measure(mut self) -> Measured {
        let operations: Vec<u32> = self.rows.iter_mut().map(calibrate).collect();
        for _ in 0..ROUNDS {
            for (row, &operations) in self.rows.iter_mut().zip(&operations) {
                let took = (row.sample)(operations);
                row.ns.push(took.as_secs_f64() * 1e9 / f64::from(operations));
            }
        }
        let rows =
            self.rows.into_iter().map(|row| Samples { name: row.name, over: row.over, ns: row.ns });
        Measured { rows: rows.collect() }
    }
}

/// How many operations fill a sample. Warms the row up on the way.
fn calibrate(row: &mut Row<'_>) -> u32 {
    let mut operations = 1;
    while (row.sample)(operations) < SAMPLE && operations < 1 << 20 {
        operations *= 2;
    }
    operations
}

/// The samples of all rows, by round.
pub struct Measured {
    rows: Vec<Samples>,
}

struct Samples {
    name: &'static str,
    over: Option<&'static str>,
    ns: Vec<f64>,
}

impl Measured {
    /// Prints a Markdown table. `+ ns` and `ratio` compare with the row named under `over`: minimum
    /// with minimum, then the median of the comparisons within each round.
    pub fn print(&self) {
        println!(
            "| row | min ns | median ns | over | + ns (min / median) | ratio (min / median) |"
        );
        println!("| --- | ---: | ---: | --- | ---: | ---: |");
        for row in &self.rows {
            let (min, mid) = (minimum(&row.ns), median(row.ns.iter().copied()));
            print!("| {} | {min:.1} | {mid:.1} |", row.name);
            match row.over.and_then(|name| self.row(name).map(|base| (name, base))) {
                Some((name, base)) => {
                    let pairs = || row.ns.iter().zip(&base.ns);
                    println!(
                        " {name} | {:+.1} / {:+.1} | {} / {} |",
                        min - minimum(&base.ns),
                        median(pairs().map(|(ours, theirs)| ours - theirs)),
                        ratio(min / minimum(&base.ns)),
                        ratio(median(pairs().map(|(ours, theirs)| ours / theirs))),
                    );
                }
                None => println!(" | | |"),
            }
        }
    }

    /// Prints a row of one less others, for a table of name, min and median: what is left when their cost is taken
    /// away.
    pub fn print_rest(&self, what: &str, of: &str, less: &[&str]) {
        let rows: Option<Vec<&Samples>> = less.iter().map(|name| self.row(name)).collect();
        let (Some(of), Some(less)) = (self.row(of), rows) else { return };
        let min = minimum(&of.ns) - less.iter().map(|row| minimum(&row.ns)).sum::<f64>();
        let rest = (0..ROUNDS).filter_map(|round| {
            let taken: Option<f64> = less.iter().map(|row| row.ns.get(round).copied()).sum();
            Some(of.ns.get(round)? - taken?)
        });
        println!("| {what} | {min:.1} | {:.1} |", median(rest));
    }

    fn row(&self, name: &str) -> Option<&Samples> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// The smallest sample: what the code costs when nothing disturbs it.
pub fn minimum(samples: &[f64]) -> f64 {
    samples.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The middle sample.
pub fn median(samples: impl Iterator<Item = f64>) -> f64 {
    let mut samples: Vec<f64> = samples.collect();
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Two digits that say something, also of a thousandth.
fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}
