//! How long it takes until a call is refused where the authority does not answer.

use std::time::{Duration, Instant};

use failclosed_benches::{
    Failure,
    remote::{
        AUTHZEN,
        clients::{Client, Guarded, Naive, authzen},
        process::Ports,
    },
    rounds::{median, minimum},
};
use tokio::runtime::Runtime;

const DEADLINE: Duration = Duration::from_millis(100);
const TIMES: usize = 21;

pub(crate) fn print(runtime: &Runtime, ports: &Ports) -> Result<(), Failure> {
    println!();
    println!("| deadline {DEADLINE:?} | naive | guarded |");
    println!("| --- | ---: | ---: |");
    // Nobody listens here any more.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    for (fault, port, after) in [
        ("closed port: ms until the refusal", closed, Duration::ZERO),
        ("no answer: ms after the deadline", ports.hang, DEADLINE),
        ("half a head: ms after the deadline", ports.stuck, DEADLINE),
        ("a body in drops: ms after the deadline", ports.slow, DEADLINE),
    ] {
        let endpoint = format!("http://127.0.0.1:{port}");
        let naive = Naive::new(&format!("{endpoint}/{AUTHZEN}"), DEADLINE)?;
        let guarded = Guarded::new(authzen(&endpoint, DEADLINE).build()?)?;
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            theirs.push(runtime.block_on(refused(&naive, after))?);
            ours.push(runtime.block_on(refused(&guarded, after))?);
        }
        println!("| {fault} | {} | {} |", row(&theirs), row(&ours));
    }
    Ok(())
}

/// Milliseconds from `after` to the refusal.
async fn refused(client: &impl Client, after: Duration) -> Result<f64, Failure> {
    let start = Instant::now();
    match client.ask().await {
        Ok(_) => Err("somebody answered".into()),
        Err(_) => Ok((start.elapsed().as_secs_f64() - after.as_secs_f64()) * 1e3),
    }
}

/// Minimum, median and maximum.
fn row(took: &[f64]) -> String {
    let largest = -minimum(&took.iter().map(|took| -took).collect::<Vec<_>>());
    format!("{:.2} / {:.2} / {largest:.2}", minimum(took), median(took.iter().copied()))
}
