//! Connections that are kept as long as each reply names its question, as they are unless anything is set:
//! what was on its way to nobody is no answer to the next question.
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
    future::{Future, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use failclosed_runtime::{
    Cause,
    http::{AuthZen, Behalf, HttpAuthority, HttpBuilder},
};
use http_common::{
    Purchase, Server, Shop, Step,
    certificates::Ca,
    json, lunch, reply,
    scripted::{asked, listener, say, serving},
    token,
};

const YES: &str = r#"{"decision":true}"#;
const NO: &str = r#"{"decision":false}"#;
const ROUNDS: u64 = 40;

/// With nothing set that bears on connections.
fn authzen(url: &str) -> HttpBuilder<AuthZen> {
    HttpAuthority::builder(AuthZen::new()).endpoint(url).bearer(token())
}

/// A reply that repeats this id.
fn naming(id: &str, body: &str) -> Vec<u8> {
    let headers = format!("Content-Type: application/json\r\nX-Request-ID: {id}\r\n");
    reply("200 OK", &headers, body)
}

fn echoing(body: &'static str) -> Server {
    Server::start(move |_, seen| Step::Say(naming(seen.header("x-request-id").unwrap(), body)))
}

#[tokio::test]
async fn a_connection_is_kept_as_long_as_replies_name_their_questions() {
    let server = echoing(YES);
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    for _ in 0..5 {
        shop.allowed().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn it_is_closed_where_a_reply_names_none() {
    for (status, body) in [("200 OK", YES), ("200 OK", NO), ("503 Busy", ""), ("403 Who", "{}")] {
        let said = reply(status, "Content-Type: application/json\r\n", body);
        let server = Server::start(move |_, _| Step::Say(said.clone()));
        let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
        for _ in 0..4 {
            assert_eq!(shop.buy(lunch()).await.is_ok(), body == YES);
        }
        assert_eq!((server.seen().len(), server.connections()), (4, 4), "{status} {body}");
    }
}

/// Nothing is denied because a connection that is not to be used again was taken once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn nobody_is_denied_where_no_reply_names_its_question() {
    let server = Server::start(|_, _| Step::Say(json(YES)));
    let authority = authzen(&server.url()).retries(0).deadline(Duration::from_secs(20));
    let shop = Arc::new(Shop::new(authority.build().unwrap()));
    let calls: Vec<_> = (0..16)
        .map(|_| {
            let shop = shop.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    shop.buy(lunch()).await.unwrap();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!((shop.bodies(), server.connections()), (320, 320));
}

/// The server answers one question with no and its id, and says yes a moment later **without having read
/// another**: the next question is out by then. How often of [`ROUNDS`] that lets a call run.
async fn crossed(
    tied: fn(&str) -> Vec<u8>,
    tls: bool,
    set: fn(HttpBuilder<AuthZen>) -> HttpBuilder<AuthZen>,
) -> usize {
    let mut crossed = 0;
    let ca = Ca::new("ours");
    for round in 0..ROUNDS {
        let config = tls.then(|| Arc::new(ca.server("localhost").config(None)));
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        let address = serving(listener(), config, move |stream| {
            counted.fetch_add(1, Ordering::SeqCst);
            if let Some(id) = asked(stream) {
                say(stream, &naming(&id, NO));
                thread::sleep(Duration::from_micros(500 + 250 * (round % 20)));
                say(stream, &tied(&id));
                // Read, and never answered.
                let _ = asked(stream);
            }
        });
        let authority = match tls {
            false => authzen(&format!("http://{address}")),
            true => {
                authzen(&format!("https://localhost:{}", address.port())).ca_certificate(ca.pem())
            }
        };
        let authority = set(authority.retries(0).deadline(Duration::from_millis(500)));
        let shop = Shop::new(authority.build().unwrap());
        let _ = shop.buy(lunch()).await.unwrap_err();
        if let Err(denial) = shop.buy(lunch()).await {
            let known = [Cause::Malformed, Cause::Unavailable, Cause::TimedOut, Cause::Denied];
            assert!(known.contains(&denial.cause()), "{denial:?}");
        }
        assert_eq!(shop.decisions().len(), 2);
        crossed += shop.bodies();
    }
    crossed
}

#[tokio::test]
async fn what_was_on_its_way_is_no_answer_whatever_it_names() {
    let yeses: [fn(&str) -> Vec<u8>; 4] =
        [|_| json(YES), |id| naming(id, YES), |_| naming("another", YES), |_| naming("", YES)];
    for yes in yeses {
        assert_eq!(crossed(yes, false, |authority| authority).await, 0);
    }
    assert_eq!(crossed(|_| json(YES), true, |authority| authority).await, 0);
}

/// It also shows that the test above can fail.
#[tokio::test]
async fn over_connections_that_are_reused_in_any_case_it_is() {
    for tls in [false, true] {
        let crossed = crossed(|_| json(YES), tls, HttpBuilder::reuse_connections).await;
        assert!(crossed > 0, "tls: {tls}");
    }
}

/// The id is demanded from the second question on; the denial says so, and the next one begins anew.
#[tokio::test]
async fn a_reply_without_an_id_counts_only_as_the_first_of_its_connection() {
    let server = Server::start(|before, seen| {
        Step::Say(match before % 4 {
            3 => json(YES),
            _ => naming(seen.header("x-request-id").unwrap(), YES),
        })
    });
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    for round in 0..3 {
        for _ in 0..3 {
            shop.allowed().await;
        }
        let told = shop.denied(Cause::Malformed).await;
        assert!(told.contains("as the one before it on its connection did"), "{told}");
        assert!(told.contains("help: where only some"), "{told}");
        // The one behind it is asked as of an authority that names no questions.
        assert_eq!(server.connections(), 2 * round + 1);
    }
}

/// A question that is cut into many writes is one question.
#[tokio::test]
async fn a_long_question_needs_no_id() {
    let server = Server::start(|_, _| Step::Say(json(YES)));
    let authority = authzen(&server.url()).retries(0).deadline(Duration::from_secs(20));
    let shop = Shop::new(authority.build().unwrap());
    for _ in 0..3 {
        shop.buy(Purchase { amount: 1, note: "x".repeat(900_000) }).await.unwrap();
    }
    assert_eq!((shop.bodies(), server.connections()), (3, 3));
}

/// An interim reply names no question, and the one behind it does.
#[tokio::test]
async fn it_is_the_final_reply_that_names_its_question() {
    let interim: [&str; 2] =
        ["HTTP/1.1 103 Hints\r\n\r\n", "HTTP/1.1 103 Hints\r\nX-Request-ID: x\r\n\r\n"];
    for (interim, named) in [(interim[0], true), (interim[1], false)] {
        let server = Server::start(move |_, seen| {
            let id = seen.header("x-request-id").unwrap();
            let last = if named { naming(id, YES) } else { json(YES) };
            Step::Say([interim.as_bytes(), &last].concat())
        });
        let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
        for _ in 0..3 {
            shop.allowed().await;
        }
        assert_eq!(server.connections(), if named { 1 } else { 3 });
    }
}

/// What is asked once must not be lost in a connection that just then ends.
#[tokio::test]
async fn questions_that_are_never_repeated_have_connections_of_their_own() {
    let allowed = r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#;
    let server = echoing(allowed);
    let authority = HttpAuthority::builder(Behalf::new()).endpoint(server.url()).bearer(token());
    let shop = Shop::new(authority.build().unwrap());
    for _ in 0..3 {
        shop.allowed().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (3, 3));
}

/// A connection that its authority ended is noticed, and another one is taken.
#[tokio::test]
async fn an_end_between_two_questions_costs_nobody_a_denial() {
    let server = Server::start(|before, seen| {
        let said = naming(seen.header("x-request-id").unwrap(), YES);
        if before % 2 == 1 { Step::Close(said) } else { Step::Say(said) }
    });
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    for _ in 0..6 {
        shop.allowed().await;
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((server.seen().len(), server.connections()), (6, 3));
}

/// The connection is open, and the question not out, when the thread is busy and the server says yes: it has
/// read nothing. The runtime has not heard of it, and the next that it does is to send the question.
async fn said_before_the_first_question(
    set: fn(HttpBuilder<AuthZen>) -> HttpBuilder<AuthZen>,
) -> usize {
    let (go, gone) = mpsc::channel::<()>();
    let (said, heard) = mpsc::channel::<()>();
    let gone = Arc::new(Mutex::new(gone));
    let address = serving(listener(), None, move |stream| {
        if gone.lock().unwrap().recv().is_ok() {
            say(stream, &json(YES));
            said.send(()).unwrap();
            let _ = asked(stream);
        }
    });
    let authority = set(authzen(&format!("http://{address}")).retries(0));
    let shop = Shop::new(authority.deadline(Duration::from_millis(500)).build().unwrap());
    let mut call = Box::pin(shop.buy(lunch()));
    let mut polls = 0;
    let denial = poll_fn(|cx| {
        polls += 1;
        // Begun, connected, and now the question.
        if polls == 3 {
            go.send(()).unwrap();
            heard.recv().unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        call.as_mut().poll(cx)
    })
    .await;
    drop(call);
    assert!(polls >= 3, "the call ended before it was asked about");
    if let Err(denial) = denial {
        let known = [Cause::Malformed, Cause::Unavailable, Cause::TimedOut];
        assert!(known.contains(&denial.cause()), "{denial:?}");
    }
    assert_eq!(shop.decisions().len(), 1);
    shop.bodies()
}

#[tokio::test]
async fn what_came_before_the_first_question_is_no_answer_to_it() {
    for _ in 0..10 {
        assert_eq!(said_before_the_first_question(|authority| authority).await, 0);
        let single = HttpBuilder::single_use_connections;
        assert_eq!(said_before_the_first_question(single).await, 0);
    }
}

/// One who is off by one answer is not asked on that connection any more.
#[tokio::test]
async fn a_reply_to_another_question_ends_its_connection() {
    let last = Mutex::new(String::new());
    let server = Server::start(move |before, seen| {
        let id = seen.header("x-request-id").unwrap().to_owned();
        let another = std::mem::replace(&mut *last.lock().unwrap(), id.clone());
        Step::Say(naming(if before == 2 { &another } else { &id }, YES))
    });
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    shop.allowed().await;
    shop.allowed().await;
    let told = shop.denied(Cause::Malformed).await;
    assert!(told.contains("to another question"), "{told}");
    for _ in 0..3 {
        shop.allowed().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (6, 2));
}

/// Whoever ends a connection has its port a minute longer: an authority that names no questions is told to.
#[tokio::test]
async fn an_authority_that_names_no_questions_is_told_to_end_its_connections() {
    let server = Server::start(|before, seen| {
        let closes = seen.header("connection").is_some();
        assert_eq!(closes, before % 64 != 0, "question {before}");
        if closes { Step::Close(json(YES)) } else { Step::Say(json(YES)) }
    });
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    for _ in 0..66 {
        shop.allowed().await;
    }
    assert_eq!(server.connections(), 66);
}
