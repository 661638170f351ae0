//! A guarded call that asks a service, beside HTTP clients that ask it the same, in one run.
//!
//! `cargo bench -p failclosed-benches --bench http`

use std::time::Duration;

use failclosed::http::{Behalf, HttpAuthority};
use failclosed_benches::{
    Failure,
    remote::{
        AUTHZEN,
        clients::{Guarded, Naive, PingPong, Pooled, Raw, authzen, question},
        process, runtime,
    },
};

mod load;
mod refusals;

use load::Rows;

const PING_PONG: &str = "TCP ping-pong";
const POOLED: &str = "hyper-util, pooled";
const RAW: &str = "reqwest, bytes";
const NAIVE: &str = "reqwest, naive";
const OURS: &str = "guarded: `AuthZen`";
const OURS_ALONE: &str = "the same, a connection for each question";
const OURS_BEHALF: &str = "guarded: `Behalf`";

/// Never reached where somebody answers.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a question's head is: a request line and the headers that reqwest sends.
const WIRE_HEAD: usize = 160;

fn main() -> Result<(), Failure> {
    process::play_role()?;
    let question = question()?;
    let wire_question = WIRE_HEAD + question.len();
    let ports = process::server(wire_question)?;
    let _awake = process::spinners()?;
    let runtime = runtime()?;
    let endpoint = format!("http://127.0.0.1:{}", ports.http);
    let url = format!("{endpoint}/{AUTHZEN}");

    let behalf = HttpAuthority::builder(Behalf::new()).endpoint(&endpoint).deadline(PATIENCE);
    // As it was measured before; by default it has a connection for each question.
    let behalf = behalf.reuse_connections();
    let mut rows = Rows::default();
    rows.row(PING_PONG, &runtime, PingPong::new(ports.ping, wire_question));
    rows.row(POOLED, &runtime, Pooled::new(&url, question.clone())?);
    rows.row(RAW, &runtime, Raw::new(&url, question.clone())?);
    rows.row(NAIVE, &runtime, Naive::new(&url, PATIENCE)?);
    rows.row(OURS, &runtime, Guarded::new(authzen(&endpoint, PATIENCE).build()?)?);
    let alone = authzen(&endpoint, PATIENCE).single_use_connections().build()?;
    rows.row(OURS_ALONE, &runtime, Guarded::new(alone)?);
    rows.row(OURS_BEHALF, &runtime, Guarded::new(behalf.build()?)?);

    println!("A question: {} bytes of JSON; an answer: 83.", question.len());
    for in_flight in [1, 16, 256] {
        rows.measure(in_flight, (NAIVE, RAW))?;
    }
    refusals::print(&runtime, &ports)
}
