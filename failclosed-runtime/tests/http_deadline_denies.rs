//! One deadline over a whole exchange, whichever part of it takes too long.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(clippy::disallowed_methods, reason = "a test blocks and waits as others do")]

mod http_common;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Cause, Decision, NoDecision, Request,
    http::{Dialect, HttpAuthority, Object, Repeat},
};
use http_common::{Purchase, Server, Shop, Step, authzen, json, lunch};

const LIMIT: Duration = Duration::from_millis(200);

fn yes() -> Vec<u8> {
    json(r#"{"decision":true}"#)
}

/// Denied as timed out, not before the deadline and not long after it.
async fn times_out(shop: &Shop, purchase: Purchase) {
    let began = Instant::now();
    let told = shop.denied_for(purchase, Cause::TimedOut).await;
    let took = began.elapsed();
    assert!(told.contains("no answer within 200ms"), "{told}");
    assert!(took >= LIMIT && took < LIMIT + Duration::from_millis(1300), "{took:?}");
}

/// A healthy answer counts again. On a busy machine not every one comes within such a deadline.
async fn recovers(shop: &Shop) {
    for _ in 0..20 {
        if shop.buy(lunch()).await.is_ok() {
            assert_eq!(shop.bodies(), 1);
            return;
        }
    }
    panic!("no healthy call went through");
}

#[tokio::test]
async fn a_slow_part_of_an_answer_is_too_slow() {
    let slow = Duration::from_millis(40);
    let (head, body) = (yes().len() - 17, 17);
    for step in [
        Step::Stall(Vec::new()),
        Step::Stall(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Step::Stall(yes()[..head].to_vec()),
        Step::Stall(yes()[..head + body - 1].to_vec()),
        Step::After(LIMIT * 2, yes()),
        Step::Drip(Vec::new(), yes(), slow),
        Step::Drip(yes()[..head].to_vec(), yes()[head..].to_vec(), slow),
        Step::Stall(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        Step::Drip(Vec::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9), slow / 10),
        Step::Stall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
              11\r\n{\"decision\":true}\r\n"
                .to_vec(),
        ),
    ] {
        let server = Server::start(move |_, _| step.clone());
        let shop = Shop::new(authzen(&server.url()).deadline(LIMIT).build().unwrap());
        times_out(&shop, lunch()).await;
        server.repair();
        recovers(&shop).await;
    }
}

/// The client under this reads such replies for as long as there are any at hand, without a look at
/// the clock: so what one question may bring in is limited.
#[tokio::test]
async fn a_flood_of_informational_replies_is_no_answer() {
    let hint = b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec();
    let server = Server::start(move |_, _| Step::Forever(Vec::new(), hint.clone()));
    let shop = Shop::new(authzen(&server.url()).deadline(LIMIT).build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("said more than one answer"), "{told}");
    assert_eq!(server.seen().len(), 1, "it was asked again");
    server.hang_up();
    server.repair();
    recovers(&shop).await;
}

/// The kernel answers for a listener whose program does not.
#[tokio::test]
async fn a_server_that_never_accepts_is_too_slow() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let shop = Shop::new(authzen(&url).deadline(LIMIT).build().unwrap());
    times_out(&shop, lunch()).await;
    // A question that does not fit into the buffers between us is never sent whole.
    times_out(&shop, Purchase { amount: 1, note: "x".repeat(200_000) }).await;
}

/// A full backlog: the connection itself hangs.
#[tokio::test]
async fn a_connection_that_hangs_is_too_slow() {
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    let soon = Duration::from_millis(100);
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, soon) {
        waiting.push(stream);
    }
    let shop = Shop::new(authzen(&format!("http://{address}")).deadline(LIMIT).build().unwrap());
    times_out(&shop, lunch()).await;
}

/// The earlier deadline is the one that counts: here the guard's.
#[tokio::test]
async fn the_guards_deadline_holds_as_well() {
    let server = Server::start(|_, _| Step::Stall(Vec::new()));
    let authority = authzen(&server.url()).deadline(Duration::from_secs(60)).build().unwrap();
    let subject = failclosed_runtime::Subject::agent("shopper").unwrap();
    let guard = failclosed_runtime::danger::unchecked(
        failclosed_runtime::Guard::builder(
            subject,
            authority,
            failclosed_runtime::audit::MemoryLog::new(),
        )
        .deadline(Duration::from_millis(100)),
        "a test",
    )
    .unwrap();
    let began = Instant::now();
    let denied = guard.run(lunch(), async |_| Ok::<_, failclosed_runtime::Denial>(())).await;
    assert_eq!(denied.unwrap_err().cause(), Cause::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[derive(Debug)]
struct Blocking(Duration);

impl Dialect for Blocking {
    fn name(&self) -> &'static str {
        "blocking"
    }
    fn path(&self) -> &str {
        "ask"
    }
    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }
    fn question(&self, _: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        Ok(b"{}".to_vec())
    }
    fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        // On the thread of the task: the timer cannot fire meanwhile.
        std::thread::sleep(self.0);
        reply.boolean("decision")?;
        Ok(Decision::allow())
    }
}

/// Ready before any timer could fire, and too late all the same.
#[tokio::test]
async fn a_yes_that_is_ready_too_late_is_a_no() {
    let server = Server::allowing();
    let with = |reading| {
        let authority = HttpAuthority::builder(Blocking(reading)).endpoint(server.url());
        Shop::new(authority.deadline(LIMIT).build().unwrap())
    };
    let told = with(LIMIT + Duration::from_millis(50)).denied(Cause::TimedOut).await;
    assert!(told.contains("no answer within 200ms"), "{told}");
    with(Duration::ZERO).allowed().await;
}
