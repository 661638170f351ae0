//! Records a second, durable, in each store: `cargo run -p failclosed-tests-postgres --example rates`. To be
//! read as ratios, on one machine and at one time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a measurement: it fails by panicking, and uses a part of the tests' server"
)]

use std::time::{Duration, Instant};

use failclosed::audit::{FileStore, GENESIS, Line, Store, Writer};
use failclosed_postgres::PostgresStore;
use failclosed_sqlite::SqliteStore;
use failclosed_tests_databases::{Scratch, lines, shop};

#[path = "server.rs"]
mod server;

/// How long callers ask, for each figure.
const LENGTH: Duration = Duration::from_secs(4);

const IMPORTED: usize = 20_000;

fn main() {
    let server = server::Server::start(&[]);
    let record = r#""record":"decision","at_ms":1,"call":"c","agent":"shopper","action":"purchase","verdict":"deny","cause":"denied","rule":"limit""#;
    let imported = lines(0, GENESIS, &vec![record; IMPORTED]);
    let row = |name: &str, figures: [f64; 4]| {
        let [one, some, many, import] = figures.map(|figure| format!("{figure:.0}"));
        println!("{name:<12} {one:>10} {some:>10} {many:>10} {import:>10}");
    };
    println!("{:<12} {:>10} {:>10} {:>10} {:>10}", "records/s", 1, 16, 256, "import");
    let scratch = Scratch::new();
    let at = |name: String| scratch.path().join(name);
    let url = |_: String| server.url("postgres");
    row("files", figures(&imported, |name| FileStore::open(at(name)).unwrap()));
    row("sqlite", figures(&imported, |name| SqliteStore::open(at(name + ".db")).unwrap()));
    row(
        "postgres",
        figures(&imported, |name| {
            let options = failclosed_postgres::PostgresOptions::new(&url(String::new())).unwrap();
            let store: PostgresStore = options.log(name).connect().unwrap();
            store
        }),
    );
}

/// Of 1, 16 and 256 callers, and of lines that are there already.
fn figures<S: Store>(imported: &[Line], open: impl Fn(String) -> S) -> [f64; 4] {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let asked = [1, 16, 256].map(|callers| {
        let writer = Writer::open(open(format!("callers-{callers}"))).unwrap();
        runtime.block_on(shop::rate(writer, callers, LENGTH))
    });
    let mut store = open("import".to_owned());
    store.end().unwrap();
    let began = Instant::now();
    for lines in imported.chunks(1_000) {
        store.append(lines).unwrap();
    }
    let import = imported.len() as f64 / began.elapsed().as_secs_f64();
    store.close().unwrap();
    [asked[0], asked[1], asked[2], import]
}
