//! A server that hangs, ends, and is cut off while a program writes to it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use failclosed::{
    Cause,
    audit::{Kind, Record, Writer},
};
use failclosed_postgres::{PostgresOptions, PostgresStore};
use failclosed_tests_databases::{bought, bought_in_the_end, buy, guard, unrecorded};

use crate::{
    common::Log,
    proxy::{How, Proxy},
    server::Server,
};

fn allows(records: &[Record]) -> usize {
    records.iter().filter(|record| record.verdict.as_deref() == Some("allow")).count()
}

#[tokio::test]
async fn a_server_that_hangs_denies_at_the_deadline_and_not_for_ever() {
    let log = Log::at(Arc::new(Server::start(&[]))).await;
    let options = PostgresOptions::new(&log.url()).unwrap().patience(Duration::from_millis(900));
    let writer = Writer::open(options.connect().unwrap()).unwrap();
    bought(&writer).await;
    log.has(2).await;
    log.server.stop();
    let began = Instant::now();
    // Longer than what the store waits: its thread must come back to the next one.
    for _ in 0..4 {
        unrecorded(&writer, "").await;
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    log.server.go_on();
    bought_in_the_end(&writer).await;
    writer.close().await.unwrap();
    assert!(allows(&log.records()) >= 2);
}

#[tokio::test]
async fn a_server_that_was_killed_comes_back_to_the_same_program() {
    let log = Log::at(Arc::new(Server::start(&[]))).await;
    let writer = log.writer();
    for round in 1..=3 {
        bought(&writer).await;
        log.server.kill();
        unrecorded(&writer, "").await;
        unrecorded(&writer, "127.0.0.1").await;
        log.server.restart();
        bought_in_the_end(&writer).await;
        assert!(allows(&log.records()) >= 2 * round);
    }
    writer.close().await.unwrap();
    let records = log.records();
    let outcomes = records.iter().filter(|record| record.record == Kind::Outcome).count() as u64;
    let lost: u64 = records.iter().filter_map(|record| record.outcomes).sum();
    // Each body's end is there, or is told to be lost.
    assert_eq!(outcomes + lost, 6, "{outcomes} {lost}");
}

/// The connection is cut after the question was sent and before the answer came: what is durable is not known.
#[tokio::test]
async fn what_was_committed_unheard_is_followed_and_its_call_denied() {
    let log = Log::new().await;
    let proxy = Proxy::start(log.server.port());
    let url = log.url().replace(&log.server.port().to_string(), &proxy.port().to_string());
    let writer = Writer::open(PostgresStore::connect(&url).unwrap()).unwrap();
    for round in 1..=3 {
        bought(&writer).await;
        log.has((round - 1) * 6 + 2).await;
        proxy.set(How::CutsAnswer);
        let (result, ran) = buy(&guard(&writer), "unheard", 1).await;
        let denial = result.unwrap_err();
        assert_eq!((denial.cause(), ran, proxy.has_cut()), (Cause::Unrecorded, 0, true));
        bought(&writer).await;
        log.has(round * 6).await;
        let records = log.records();
        let is_unheard = |record: &&Record| {
            record.question.as_ref().is_some_and(|question| question.get().contains("unheard"))
        };
        let unheard: Vec<_> = records.iter().filter(is_unheard).collect();
        let last = &unheard[unheard.len() - 2..];
        let verdicts: Vec<_> = last.iter().map(|record| record.verdict.as_deref()).collect();
        assert_eq!(verdicts, [Some("allow"), Some("deny")]);
        assert_eq!(last[0].call, last[1].call);
        assert_eq!(last[1].cause.as_deref(), Some("unrecorded"));
    }
    writer.close().await.unwrap();
    assert_eq!((log.records().len(), writer.lost_outcomes()), (18, 0));
}

/// The server does not know that the session is over, and would keep its lock for it.
#[tokio::test]
async fn a_session_that_was_lost_does_not_keep_the_log_from_the_next() {
    let log = Log::new().await;
    let proxy = Proxy::start(log.server.port());
    let url = log.url().replace(&log.server.port().to_string(), &proxy.port().to_string());
    let options = PostgresOptions::new(&url).unwrap().patience(Duration::from_secs(2));
    let writer = Writer::open(options.connect().unwrap()).unwrap();
    bought(&writer).await;
    log.has(2).await;
    proxy.set(How::Parts);
    unrecorded(&writer, "").await;
    assert!(proxy.has_cut());
    bought_in_the_end(&writer).await;
    writer.close().await.unwrap();
    // One that was written down too late is followed by its denial.
    assert!(allows(&log.records()) >= 2);
}

#[tokio::test]
async fn what_did_not_arrive_is_not_on_record() {
    let log = Log::new().await;
    let proxy = Proxy::start(log.server.port());
    let url = log.url().replace(&log.server.port().to_string(), &proxy.port().to_string());
    let writer = Writer::open(PostgresStore::connect(&url).unwrap()).unwrap();
    bought(&writer).await;
    log.has(2).await;
    proxy.set(How::CutsQuestion);
    unrecorded(&writer, "").await;
    assert!(proxy.has_cut());
    bought(&writer).await;
    writer.close().await.unwrap();
    let records = log.records();
    assert_eq!(allows(&records), 2);
    assert_eq!(records[2].cause.as_deref(), Some("unrecorded"));
}

/// The server commits what it was asked while nobody listened; the next session waits for its end.
#[tokio::test]
async fn what_a_hanging_server_commits_later_is_followed() {
    let log = Log::at(Arc::new(Server::start(&[]))).await;
    let options = PostgresOptions::new(&log.url()).unwrap().patience(Duration::from_millis(900));
    let writer = Writer::open(options.connect().unwrap()).unwrap();
    for _ in 0..5 {
        bought_in_the_end(&writer).await;
        log.server.stop();
        unrecorded(&writer, "").await;
        log.server.go_on();
        bought_in_the_end(&writer).await;
    }
    writer.close().await.unwrap();
    let records = log.records();
    // An allow that was not heard of is followed by its denial.
    for allow in records.iter().filter(|record| record.verdict.as_deref() == Some("allow")) {
        let of_call: Vec<_> = records.iter().filter(|record| record.call == allow.call).collect();
        assert!(of_call.len() <= 2);
    }
    assert!(allows(&records) >= 10);
}
