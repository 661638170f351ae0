//! What two clients out of the books are known to do.

use failclosed_drill::{Case, Format, Outcome, Report, Run, Verdict};

use crate::{
    DEADLINE,
    lines::{Question, install_provider},
    naive, typed,
};

fn question(case: &Case) -> Question {
    Question {
        drill: case.id.clone(),
        format: case.format,
        url: case.url.clone(),
        path: case.format.path().to_owned(),
        question: case.format.question().to_owned(),
        ca: case.ca.to_string_lossy().into_owned(),
        deadline_ms: u64::try_from(case.deadline.as_millis()).unwrap(),
    }
}

fn run(format: Format, ids: &[&str]) -> Run {
    install_provider();
    Run::new(format).deadline(DEADLINE).jobs(8).only(|drill| ids.contains(&drill.id.as_ref()))
}

async fn naive(format: Format, ids: &[&str]) -> Report {
    let client = naive::Client::default();
    let ask = async |case: &Case| -> Verdict { client.verdict(&question(case)).await };
    run(format, ids).run(ask).await.unwrap()
}

async fn typed(format: Format, ids: &[&str]) -> Report {
    let client = typed::Client::default();
    let ask = async |case: &Case| -> Verdict { client.verdict(&question(case)).await };
    run(format, ids).run(ask).await.unwrap()
}

fn assert_all(report: &Report, ids: &[&str], outcome: Outcome) {
    for id in ids {
        let row = report.row(id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(row.outcome(), outcome, "{id}: {}", report.to_text());
    }
    assert_eq!(report.rows.len(), ids.len());
}

const CONTROLS: [&str; 9] = ["C1", "C3", "C4", "C5", "C6", "C7", "C10", "C11", "H6.100"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_execute_on_the_controls_and_not_on_a_denial() {
    for format in Format::ALL {
        assert_all(&naive(format, &CONTROLS).await, &CONTROLS, Outcome::Executed);
        assert_all(&typed(format, &CONTROLS).await, &CONTROLS, Outcome::Executed);
        assert_all(&naive(format, &["C2"]).await, &["C2"], Outcome::Refused);
        assert_all(&typed(format, &["C2"]).await, &["C2"], Outcome::Refused);
    }
}

/// `catch` and `=== true` are not enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_corrected_pattern_executes_and_hangs() {
    let executed = [
        "H1.302",
        "H1.307",
        "H5.403",
        "H5.500",
        "H5.503",
        "H3.201",
        "H8",
        "H9",
        "H11",
        "H13.br",
        "J2",
        "J2.escaped",
        "N13",
        "N13.body",
        "T7",
        "F3",
    ];
    let report = naive(Format::Seed, &executed).await;
    assert_all(&report, &executed, Outcome::Executed);
    assert!(!report.passed());
    assert_eq!(report.totals().redirected, 2);
    let hung = ["N10", "N11", "N12", "N3", "T5"];
    let report = naive(Format::Seed, &hung).await;
    assert_all(&report, &hung, Outcome::Hung);
    let refused = ["N1", "N4", "N7", "N8", "N9", "T1", "T2", "T3", "J3", "J4.one", "J5", "H12"];
    assert_all(&naive(Format::Seed, &refused).await, &refused, Outcome::Refused);
}

/// Types and a time limit are better, and not enough either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn good_practice_executes_less_and_does_not_hang() {
    let executed = ["H1.302", "H1.307", "H3.201", "H8", "H9", "H11", "T7", "J7.error", "J8.10k"];
    let report = typed(Format::Seed, &executed).await;
    assert_all(&report, &executed, Outcome::Executed);
    assert_eq!((report.totals().executed, report.totals().adverse), (9, 9));
    let refused = ["H5.403", "H5.503", "J2", "J2.escaped", "N10", "N11", "N12", "N13", "N3", "T5"];
    assert_all(&typed(Format::Seed, &refused).await, &refused, Outcome::Refused);
    // `[true, ..]` is read as an object with its fields in order.
    let array = ["J1.array-yes"];
    assert_all(
        &typed(Format::Behalf, &["J1.array-true"]).await,
        &["J1.array-true"],
        Outcome::Refused,
    );
    assert_all(
        &typed(Format::OpenFga, &["J1.array-true"]).await,
        &["J1.array-true"],
        Outcome::Executed,
    );
    assert_all(&naive(Format::OpenFga, &array).await, &array, Outcome::Refused);
}
