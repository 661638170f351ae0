//! A shop whose log is in the PostgreSQL database that its argument names.
#![allow(clippy::unwrap_used, reason = "a helper of the tests: it fails by panicking")]

use failclosed::audit::Writer;
use failclosed_postgres::PostgresStore;
use failclosed_tests_databases::shop;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    match PostgresStore::connect(&url).and_then(Writer::open) {
        Ok(writer) => shop::sell(writer).await,
        Err(why) => {
            eprintln!("{why}");
            std::process::exit(1);
        }
    }
}
