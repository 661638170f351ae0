//! Connections: kept, shared, lost, and found again.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod http_common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed_runtime::Cause;
use http_common::{Server, Shop, Step, authzen, json, lunch, server::healthy};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[tokio::test]
async fn a_hundred_calls_take_one_connection() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    for _ in 0..100 {
        shop.allowed().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (100, 1));
}

#[tokio::test]
async fn a_no_keeps_the_connection_too() {
    let server = Server::start(|_, _| Step::Say(json(r#"{"decision":false}"#)));
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    for _ in 0..10 {
        shop.denied(Cause::Denied).await;
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn runtimes_one_after_another() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    for _ in 0..5 {
        let runtime = runtime();
        runtime.block_on(shop.allowed());
        runtime.block_on(shop.allowed());
    }
    assert_eq!((server.seen().len(), server.connections()), (10, 5));
}

/// A runtime that nobody drives for a while does not drive its connections either: others must not
/// wait for them.
#[test]
fn runtimes_that_stand_still() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    let (one, other) = (runtime(), runtime());
    for _ in 0..5 {
        one.block_on(shop.allowed());
        other.block_on(shop.allowed());
    }
    assert_eq!((server.seen().len(), server.connections()), (10, 2));
}

#[test]
fn more_runtimes_than_are_kept() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    for _ in 0..300 {
        runtime().block_on(shop.allowed());
    }
}

/// Built on no runtime, and asked on many threads of one.
#[test]
fn many_threads_share_a_client() {
    let server = Server::allowing();
    let shop = Arc::new(Shop::new(authzen(&server.url()).build().unwrap()));
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let asked = 50;
    runtime.block_on(async {
        let tasks: Vec<_> = (0..asked)
            .map(|_| {
                let shop = shop.clone();
                runtime.spawn(async move { shop.buy(lunch()).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!((shop.bodies(), server.seen().len()), (asked, asked));
}

#[test]
fn a_runtime_that_lacks_something_denies() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    let untimed = Builder::new_current_thread().enable_io().build().unwrap();
    untimed.block_on(shop.denied(Cause::NotConfigured));
    let unconnected = Builder::new_current_thread().enable_time().build().unwrap();
    let told = unconnected.block_on(shop.denied(Cause::Unavailable));
    assert!(told.contains("the exchange panicked"), "{told}");
    assert_eq!(server.connections(), 0);
    runtime().block_on(shop.allowed());
}

#[test]
fn without_a_runtime_it_denies() {
    use std::task::{Context, Poll, Waker};
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    let mut call = std::pin::pin!(shop.denied(Cause::NotConfigured));
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(_)), "it waits for who knows what");
    runtime().block_on(shop.allowed());
}

#[tokio::test]
async fn an_authority_that_was_restarted_is_found_again() {
    let server = Server::allowing();
    let address = server.address;
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    for _ in 0..3 {
        shop.allowed().await;
    }
    drop(server);
    for _ in 0..3 {
        shop.denied(Cause::Unavailable).await;
    }
    let server = Server::at(address, None, |_, _| healthy());
    for _ in 0..3 {
        shop.allowed().await;
    }
    assert_eq!(server.seen().len(), 3);
}

/// 1 000 questions at once, while the authority changes its mind, hangs up, dies and comes back:
/// as many bodies run as it said yes, to the last one.
#[tokio::test]
async fn each_question_has_its_own_answer() {
    let said_yes = Arc::new(AtomicUsize::new(0));
    let script = {
        let said_yes = said_yes.clone();
        move |before: usize, _: &http_common::server::Seen| match before % 7 {
            0 => Step::Say(json(r#"{"decision":false}"#)),
            1 => Step::Close(Vec::new()),
            2 => Step::Say(json("{}")),
            3 => Step::Close(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_vec()),
            4 => Step::Stall(Vec::new()),
            _ => {
                said_yes.fetch_add(1, Ordering::SeqCst);
                healthy()
            }
        }
    };
    let server = Server::start(script.clone());
    let address = server.address;
    let authority = authzen(&server.url()).retries(0).deadline(Duration::from_secs(1));
    let shop = Arc::new(Shop::new(authority.build().unwrap()));
    let ask = |count: usize| {
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let shop = shop.clone();
                tokio::task::spawn_local(async move { shop.buy(lunch()).await })
            })
            .collect();
        async move {
            let mut allowed = 0;
            for task in tasks {
                allowed += usize::from(task.await.unwrap().is_ok());
            }
            allowed
        }
    };
    tokio::task::LocalSet::new()
        .run_until(async {
            let mut allowed = ask(500).await;
            let dying = ask(300);
            tokio::time::sleep(Duration::from_millis(30)).await;
            drop(server);
            allowed += dying.await;
            let _back = Server::at(address, None, script);
            allowed += ask(200).await;
            assert_eq!(shop.bodies(), allowed);
            let said = said_yes.load(Ordering::SeqCst);
            // A yes may be lost on the way; none is found there.
            assert!(allowed > 0 && allowed <= said, "{allowed} bodies for {said} allows");
            assert_eq!(shop.decisions().len(), 1000);
        })
        .await;
}

/// A call that is given up takes its connection with it, and leaves no answer to the next one.
#[tokio::test]
async fn a_call_that_is_dropped_leaves_nothing_behind() {
    let server = Server::start(|before, _| match before {
        0 => Step::After(Duration::from_millis(100), json(r#"{"decision":true}"#)),
        _ => Step::Say(json(r#"{"decision":false}"#)),
    });
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    {
        let mut call = std::pin::pin!(shop.buy(lunch()));
        let dropped = tokio::time::timeout(Duration::from_millis(50), &mut call).await;
        assert!(dropped.is_err());
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    for _ in 0..3 {
        shop.denied(Cause::Denied).await;
    }
    assert_eq!(shop.bodies(), 0);
}
