//! All drills, each in all wire formats.
//!
//! On several threads, as programs run: a flood of `100 Continue` keeps the client's HTTP library busy
//! for as long as it lasts, and on a single thread nothing else would run meanwhile, nor any body.

use failclosed_drill::{Format, Outcome, Report, Run};

use crate::client::{DEADLINE, Shops};

async fn drill(format: Format) {
    let shops = Shops::default();
    let run = Run::new(format).deadline(DEADLINE);
    let report = run.run(async |case| shops.ask(case).await).await.unwrap();
    proven(&report);
    shops.all_sell_again().await;
}

/// Nothing was executed that should not be, nothing hung, every refusal names its cause, and the
/// controls show that the client was there.
fn proven(report: &Report) {
    let totals = report.totals();
    println!("{}: {totals:?}", report.format);
    let wrong = |row: &&failclosed_drill::Row| !row.passed() || row.is_precise() == Some(false);
    let wrong: Vec<_> = report
        .rows
        .iter()
        .filter(wrong)
        .map(|row| {
            let drill = &row.drill;
            format!(
                "{} ({}): {} {:?}, not {:?} {:?}",
                drill.id,
                drill.title,
                row.outcome().name(),
                row.cause(),
                drill.rounds,
                drill.causes
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(report.passed());
    assert_eq!((totals.executed, totals.hung, totals.crashed), (0, 0, 0), "{totals:?}");
    assert!(totals.adverse >= 100, "{totals:?}");
    assert_eq!(totals.controls, totals.controls_passed);
    assert_eq!((totals.redirected, totals.proxied), (0, 0), "{totals:?}");
    assert_eq!(totals.leaked, 0, "{totals:?}");
    // What does not apply to a client inside this process needs an environment of its own.
    let left_out = report.rows.iter().filter(|row| row.outcome() == Outcome::NotApplicable);
    for row in left_out {
        assert_eq!(row.note, "needs a process of its own", "{:?}", row.drill);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn behalf() {
    drill(Format::Behalf).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn authzen() {
    drill(Format::AuthZen).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opa() {
    drill(Format::Opa).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn openfga() {
    drill(Format::OpenFga).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn spicedb() {
    drill(Format::SpiceDb).await;
}
