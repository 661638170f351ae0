//! So many questions under way at a time, for a while, in turns.

use std::time::{Duration, Instant};

use failclosed_benches::{
    Failure,
    remote::clients::{Client, Unanswered},
    rounds::{median, minimum},
};
use tokio::{runtime::Runtime, task::JoinSet};

/// Odd, so that the median is a round.
const ROUNDS: usize = 15;
const WINDOW: Duration = Duration::from_millis(200);

/// Clients that are measured together.
#[derive(Default)]
pub(crate) struct Rows<'r> {
    rows: Vec<Row<'r>>,
}

struct Row<'r> {
    name: &'static str,
    window: Box<dyn Fn(usize) -> Result<Window, Failure> + 'r>,
}

/// What one client did in one window.
struct Window {
    p50: f64,
    p99: f64,
    per_second: f64,
}

impl<'r> Rows<'r> {
    pub(crate) fn row(&mut self, name: &'static str, runtime: &'r Runtime, client: impl Client) {
        let window = move |in_flight| runtime.block_on(window(&client, in_flight));
        self.rows.push(Row { name, window: Box::new(window) });
    }

    /// Measures all, and prints each beside the two named in `over`.
    pub(crate) fn measure(&self, in_flight: usize, over: (&str, &str)) -> Result<(), Failure> {
        let mut measured: Vec<Vec<Window>> = self.rows.iter().map(|_| Vec::new()).collect();
        for row in &self.rows {
            // Opens the connections.
            (row.window)(in_flight)?;
        }
        for round in 0..ROUNDS {
            // Each row comes first in turn, so that none is always behind the same one.
            for turn in 0..self.rows.len() {
                let index = (round + turn) % self.rows.len();
                let (Some(row), Some(windows)) = (self.rows.get(index), measured.get_mut(index))
                else {
                    continue;
                };
                windows.push((row.window)(in_flight)?);
            }
        }
        println!();
        println!(
            "| {in_flight} in flight | p50 us | p99 us | a second | p50 over {} | p50 over {} | a \
             second over it |",
            over.0, over.1
        );
        println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        let named = |name: &str| {
            let index = self.rows.iter().position(|row| row.name == name);
            index.and_then(|index| measured.get(index)).ok_or("no such row")
        };
        let (first, second) = (named(over.0)?, named(over.1)?);
        for (row, windows) in self.rows.iter().zip(&measured) {
            let column = |of: fn(&Window) -> f64| windows.iter().map(of);
            let best = |of: fn(&Window) -> f64| minimum(&column(of).collect::<Vec<_>>());
            print!(
                "| {} | {:.1} / {:.1} | {:.0} / {:.0} | {:.0} / {:.0} |",
                row.name,
                best(|window| window.p50),
                median(column(|window| window.p50)),
                best(|window| window.p99),
                median(column(|window| window.p99)),
                -best(|window| -window.per_second),
                median(column(|window| window.per_second)),
            );
            let ratio = |of: fn(&Window) -> f64, base: &[Window]| {
                let theirs: Vec<f64> = base.iter().map(of).collect();
                let by_round = windows.iter().zip(&theirs).map(|(ours, theirs)| of(ours) / theirs);
                format!(" {:.2} / {:.2} |", best(of) / minimum(&theirs), median(by_round))
            };
            let p50 = |window: &Window| window.p50;
            // A throughput is the better the larger it is: the best of each is the smallest time.
            let time = |window: &Window| 1.0 / window.per_second;
            let inverse = {
                let theirs: Vec<f64> = second.iter().map(time).collect();
                let by_round =
                    windows.iter().zip(&theirs).map(|(ours, theirs)| theirs / time(ours));
                format!(" {:.2} / {:.2} |", minimum(&theirs) / best(time), median(by_round))
            };
            println!("{}{}{inverse}", ratio(p50, first), ratio(p50, second));
        }
        Ok(())
    }
}

async fn window(client: &impl Client, in_flight: usize) -> Result<Window, Failure> {
    let start = Instant::now();
    let end = start + WINDOW;
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let client = client.clone();
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(1024);
            let mut before = Instant::now();
            // At least once, also where the neighbours leave no time.
            loop {
                if !client.ask().await? {
                    return Err(Unanswered::from("a no"));
                }
                let now = Instant::now();
                took.push((now - before).as_secs_f64() * 1e6);
                before = now;
                if now >= end {
                    break;
                }
            }
            Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(task) = tasks.join_next().await {
        took.extend(task?.map_err(|error| -> Failure { error })?);
    }
    let per_second = took.len() as f64 / start.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied();
    let (Some(p50), Some(p99)) = (at(0.5), at(0.99)) else { return Err("no answer".into()) };
    Ok(Window { p50, p99, per_second })
}
