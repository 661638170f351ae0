//! Clients inside this process are judged by what they did.

use std::{
    io::Read,
    net::TcpStream,
    sync::Mutex,
    time::{Duration, Instant},
};

use failclosed_drill::{
    Case, Cause, Drill, Expect, Format, Group, Outcome, Report, Row, Run, Verdict,
};

use crate::DEADLINE;

fn only(ids: &'static [&'static str]) -> Run {
    Run::new(Format::Seed).deadline(DEADLINE).only(|drill| ids.contains(&drill.id.as_ref()))
}

fn row(report: &Report) -> &Row {
    assert_eq!(report.rows.len(), 1);
    &report.rows[0]
}

#[tokio::test]
async fn a_client_that_executes_on_everything_does_not_pass() {
    let report =
        Run::new(Format::Seed).deadline(DEADLINE).run(async |_: &Case| Verdict::executed()).await;
    let totals = report.unwrap().totals();
    assert_eq!(totals.executed, totals.adverse);
    assert!(totals.controls_passed < totals.controls);
}

#[tokio::test]
async fn a_client_that_refuses_everything_does_not_pass() {
    let refuse = async |_: &Case| Verdict::refused("unavailable");
    let report = Run::new(Format::Seed).deadline(DEADLINE).run(refuse).await.unwrap();
    assert_eq!(report.totals().refused, report.totals().adverse);
    assert_eq!(report.totals().controls_passed, 1, "the plain denial");
    assert!(!report.passed());
    // It would without the controls: so nothing passes without one.
    assert!(!only(&["N1", "N8"]).run(refuse).await.unwrap().passed());
    assert!(only(&["N1", "C2"]).run(refuse).await.unwrap().passed());
}

#[tokio::test]
async fn a_client_that_waits_for_ever_is_hung() {
    let wait = async |case: &Case| {
        if case.id == "N10" { std::future::pending().await } else { Verdict::refused("denied") }
    };
    let report = only(&["N10", "C2"]).run(wait).await.unwrap();
    let hung = report.row("N10").unwrap();
    assert_eq!(hung.outcome(), Outcome::Hung);
    assert!(hung.took() >= DEADLINE * 4 && !hung.passed());
    let totals = report.totals();
    // The control behaved; it is the hang that does not pass.
    assert_eq!((totals.hung, totals.controls_passed, report.passed()), (1, 1, false));
}

#[tokio::test]
async fn a_client_that_blocks_past_the_limit_is_hung_whatever_it_says() {
    let block = async |_: &Case| {
        std::thread::sleep(DEADLINE * 4);
        Verdict::refused("unavailable")
    };
    let report = only(&["N10"]).run(block).await.unwrap();
    assert_eq!(row(&report).outcome(), Outcome::Hung);
}

#[tokio::test]
async fn a_client_that_panics_has_crashed_and_executed_nothing() {
    let report = only(&["C1"]).run(async |_: &Case| panic!("boom")).await.unwrap();
    assert_eq!(row(&report).outcome(), Outcome::Crashed);
    assert!(!report.passed());
    let report = only(&["N10", "C2"]).run(async |_: &Case| panic!("boom")).await.unwrap();
    assert_eq!((report.totals().crashed, report.passed()), (1, true));
}

#[tokio::test]
async fn every_round_is_judged() {
    let asked = Mutex::new(Vec::new());
    let second = async |case: &Case| {
        asked.lock().unwrap().push(case.round);
        if case.round == 0 { Verdict::refused("denied") } else { Verdict::executed() }
    };
    let report = only(&["N18"]).run(second).await.unwrap();
    assert_eq!(row(&report).outcome(), Outcome::Executed);
    assert_eq!(*asked.lock().unwrap(), [0, 1]);
    assert!(only(&["N20.rst"]).run(second).await.unwrap().passed());
    // The other way round it has not recovered, and it has executed on a fault.
    let first = async |case: &Case| {
        if case.round == 0 { Verdict::executed() } else { Verdict::refused("denied") }
    };
    let report = only(&["N20.rst"]).run(first).await.unwrap();
    assert_eq!((report.totals().controls, report.totals().controls_passed), (1, 0));
}

#[tokio::test]
async fn a_connection_that_stays_open_is_counted() {
    let kept = Mutex::new(Vec::new());
    let leak = async |case: &Case| {
        let host = case.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        crate::ask(&stream, case.format);
        stream.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
        let _ = stream.read(&mut [0; 8]);
        kept.lock().unwrap().push(stream);
        Verdict::refused("timed_out")
    };
    let report = only(&["N10"]).run(leak).await.unwrap();
    assert_eq!((report.totals().leaked, row(&report).seen.requests), (1, 1));
    assert_eq!(row(&report).is_precise(), Some(true));
}

#[tokio::test]
async fn what_does_not_apply_is_no_pass() {
    let report = only(&["N19", "C2"]).run(async |_: &Case| Verdict::refused("")).await.unwrap();
    assert_eq!((report.totals().not_applicable, report.totals().adverse), (1, 0));
    // A client that sends no id cannot know that an answer is to another one.
    let ask = async |case: &Case| {
        let host = case.url.strip_prefix("http://").unwrap();
        crate::ask(&TcpStream::connect(host).unwrap(), case.format);
        tokio::time::sleep(Duration::from_millis(50)).await;
        Verdict::executed()
    };
    let run = Run::new(Format::AuthZen).deadline(DEADLINE).only(|drill| drill.id == "B1");
    assert_eq!(row(&run.run(ask).await.unwrap()).outcome(), Outcome::NotApplicable);
}

#[tokio::test]
async fn heavy_drills_run_alone_and_light_ones_together() {
    let begun = Instant::now();
    let running = Mutex::new((0, 0));
    let count = async |_: &Case| {
        {
            let mut running = running.lock().unwrap();
            running.0 += 1;
            running.1 = running.1.max(running.0);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        running.lock().unwrap().0 -= 1;
        Verdict::refused("")
    };
    let heavy = Run::new(Format::Seed).deadline(DEADLINE).jobs(8).only(|drill| drill.heavy);
    heavy.run(count).await.unwrap();
    assert_eq!(running.lock().unwrap().1, 1);
    let light =
        Run::new(Format::Seed).deadline(DEADLINE).jobs(8).only(|drill| drill.id.starts_with("J1"));
    light.run(count).await.unwrap();
    assert_eq!(running.lock().unwrap().1, 8);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_drill_of_ones_own_is_like_the_others() {
    let own = Drill::new(Group::Json, "X1", "an answer in another language", |conn| {
        conn.request()?;
        conn.json(r#"{"erlaubt":true}"#)
    })
    .cause(&[Cause::Malformed])
    .rounds(&[Expect::Refuse]);
    let run = only(&["C2"]).with([own]);
    let report =
        run.run(async |_: &Case| Verdict::refused("malformed: no decision")).await.unwrap();
    assert!(report.passed() && report.row("X1").unwrap().is_precise() == Some(true));
    let text = report.to_text() + &report.to_markdown() + &report.to_json().to_string();
    assert_eq!(text.matches("an answer in another language").count(), 3, "{text}");
}
