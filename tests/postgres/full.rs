//! A server whose disk is full: what it cannot keep does not run, and it goes on when there is room again.

use std::{env, fs, path::PathBuf, process::Command, sync::Arc};

use failclosed::Cause;
use failclosed_tests_databases::{bought, bought_in_the_end, buy, guard};

use crate::{common::Log, server::Server};

/// A table grows by pages, so some calls still find room in its last one.
const MOST: usize = 2_000;

/// The layer between the server and its disk, compiled.
fn layer() -> PathBuf {
    let file = env::temp_dir().join(format!("failclosed-full-{}.so", std::process::id()));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/full_disk.c");
    let mut compiler = Command::new("cc");
    let compiler = compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&file).arg(source);
    let compiled = compiler.arg("-ldl").status();
    let compiled =
        compiled.unwrap_or_else(|error| panic!("cc: {error}\nhelp: install a C compiler"));
    assert!(compiled.success());
    file
}

#[tokio::test]
async fn a_full_disk_denies_until_there_is_room() {
    let (flag, layer) =
        (env::temp_dir().join(format!("failclosed-full-{}", std::process::id())), layer());
    let faults = [("LD_PRELOAD", layer.as_os_str()), ("FULL_DISK", flag.as_os_str())];
    let log = Log::at(Arc::new(Server::with_faults(&faults))).await;
    let writer = log.writer();
    bought(&writer).await;

    fs::write(&flag, "").unwrap();
    let mut ran = 1;
    let denial = loop {
        let (result, bodies) = buy(&guard(&writer), "lunch", 1).await;
        match result {
            Ok(_) => ran += bodies,
            Err(denial) => {
                assert_eq!(bodies, 0);
                break denial;
            }
        }
        assert!(ran < MOST as u64, "the disk is not full");
    };
    assert_eq!(denial.cause(), Cause::Unrecorded);
    assert!(denial.detail().unwrap().contains("No space left on device"), "{denial:?}");

    fs::remove_file(&flag).unwrap();
    bought_in_the_end(&writer).await;
    writer.close().await.unwrap();
    let allowed =
        log.records().iter().filter(|record| record.verdict.as_deref() == Some("allow")).count();
    // What was begun and not kept may be there all the same; what ran is there.
    assert!(allowed as u64 > ran, "{allowed} {ran}");
    fs::remove_file(layer).unwrap();
}
