//! A thousand calls while their authority dies, comes back, and dies again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause,
    http::{HttpAuthority, OpenFga},
};
use failclosed_tests::{Rig, decisions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

const CALLS: usize = 1_000;

/// An authority that says yes and no in turn, and counts what it really said.
#[derive(Default)]
struct Said {
    questions: AtomicUsize,
    yes: AtomicUsize,
    no: AtomicUsize,
    dead: AtomicBool,
}

async fn serve(listener: Arc<TcpListener>, said: Arc<Said>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let said = said.clone();
        connections.spawn(async move { drop(answer(stream, &said).await) });
    }
}

async fn answer(mut stream: TcpStream, said: &Said) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        // One question: its head, and as much body as the head says.
        let length = loop {
            if let Some(length) = length(&read) {
                break length;
            }
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        };
        read.drain(..length);
        // It thinks, and may be dead before it has an answer.
        sleep(Duration::from_millis(2)).await;
        if said.dead.load(Ordering::SeqCst) {
            stream.set_zero_linger()?;
            return Ok(());
        }
        let yes = said.questions.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        let body = format!("{{\"allowed\":{yes},\"resolution\":\"\"}}");
        let reply = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(reply.as_bytes()).await?;
        if yes { &said.yes } else { &said.no }.fetch_add(1, Ordering::SeqCst);
    }
}

/// The length of the first question, once all of it is there.
fn length(read: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(read);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let lower = head.to_lowercase();
    let body: usize = lower.split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
    let length = head.len() + 4 + body;
    (read.len() >= length).then_some(length)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_bodies_run_as_yeses_were_said() {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let said = Arc::new(Said::default());
    // failclosed: allow(FC0220, reason = "a test: the server says yes to everything, and counts")
    let authority = HttpAuthority::builder(OpenFga::new("s", "m").unwrap().resource_type("vendor"))
        .endpoint(format!("http://{}", listener.local_addr().unwrap()))
        .retries(0)
        .deadline(Duration::from_secs(20))
        .build()
        .unwrap();
    let running = Arc::new(
        Rig::with(authority).more(|builder| builder.deadline(Duration::from_secs(30))).build(),
    );
    let serving = tokio::spawn(serve(listener, said.clone()));
    let lives = {
        let said = said.clone();
        tokio::spawn(async move {
            loop {
                for dead in [false, true] {
                    said.dead.store(dead, Ordering::SeqCst);
                    sleep(Duration::from_millis(15)).await;
                }
            }
        })
    };
    let mut calls = JoinSet::new();
    for call in 0..CALLS {
        let running = running.clone();
        calls.spawn(async move {
            // Not all at once, so that some come while it is dead and some while it returns.
            sleep(Duration::from_micros(200 * call as u64)).await;
            running.shop.charge("coachella.com", call as u64).await.map_err(|denial| denial.cause())
        });
    }
    let outcomes = calls.join_all().await;
    lives.abort();
    serving.abort();

    let count = |cause| outcomes.iter().filter(|outcome| **outcome == Err(cause)).count();
    let allowed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let denied = count(Cause::Denied);
    let unavailable = count(Cause::Unavailable);
    let (yes, no) = (said.yes.load(Ordering::SeqCst), said.no.load(Ordering::SeqCst));
    println!("{yes} yes, {no} no, {unavailable} without an answer");
    assert_eq!((allowed, running.shop.bodies()), (yes, yes));
    assert_eq!(denied, no);
    assert_eq!(allowed + denied + unavailable, CALLS, "each call has its own outcome");
    assert!(yes > 50 && unavailable > 50, "it lived and died: {yes} {unavailable}");
    assert_eq!(decisions(&running.log).len(), CALLS);
    running.repair();
    running.healthy().await;
}
