//! The order of questions and answers on a connection: an answer counts for the question it came
//! after, and for no other.
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
    net::{SocketAddr, TcpListener},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Cause, Denial,
    http::{AuthZen, Behalf, Dialect, HttpAuthority, Opa, OpenFga, SpiceDb},
};
use http_common::{
    Purchase, Shop, authzen,
    certificates::Ca,
    json, lunch,
    scripted::{Stream, head, listener, question, say, serving},
    token,
};

const YES: &str = r#"{"decision":true}"#;
const NO: &str = r#"{"decision":false}"#;

/// Says no, and a moment later yes, which nobody asked; and then tells the test that it did.
fn says_yes_unasked(stream: &mut dyn Stream, said: &mpsc::Sender<()>) {
    while question(stream).is_some() {
        say(stream, &json(NO));
        thread::sleep(Duration::from_millis(20));
        say(stream, &json(YES));
        said.send(()).unwrap();
    }
}

fn long() -> Purchase {
    Purchase { amount: 1, note: "x".repeat(900_000) }
}

/// Nobody runs the event loop between two calls, so that the runtime has not heard of the answer that
/// waits in the socket.
async fn denies_though_the_thread_is_busy(shop: &Shop, said: &mpsc::Receiver<()>) {
    for _ in 0..6 {
        shop.denied(Cause::Denied).await;
        said.recv().unwrap();
        // The loopback interface delivers before `write` returns; this is for those that do not.
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(shop.bodies(), 0);
}

#[tokio::test]
async fn a_yes_that_waits_in_the_socket_is_nobodys() {
    let (sender, said) = mpsc::channel();
    let script = move |stream: &mut dyn Stream| says_yes_unasked(stream, &sender);
    let address = serving(listener(), None, script);
    let authority = authzen(&format!("http://{address}")).retries(0);
    denies_though_the_thread_is_busy(&Shop::new(authority.build().unwrap()), &said).await;
}

#[tokio::test]
async fn nor_is_one_that_waits_behind_tls() {
    let ca = Ca::new("ours");
    let config = Arc::new(ca.server("localhost").config(None));
    let (sender, said) = mpsc::channel();
    let script = move |stream: &mut dyn Stream| says_yes_unasked(stream, &sender);
    let address = serving(listener(), Some(config), script);
    let url = format!("https://localhost:{}", address.port());
    let authority = authzen(&url).ca_certificate(ca.pem()).retries(0);
    denies_though_the_thread_is_busy(&Shop::new(authority.build().unwrap()), &said).await;
}

/// An end that has not been heard of either: a question that is put once is not lost in it.
#[tokio::test]
async fn an_end_that_waits_in_the_socket_is_noticed() {
    let allowed = r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#;
    let (sender, ends) = mpsc::channel();
    let address = serving(listener(), None, move |stream| {
        if question(stream).is_some() {
            say(stream, &json(allowed));
            thread::sleep(Duration::from_millis(10));
            sender.send(()).unwrap();
        }
    });
    let authority = HttpAuthority::builder(Behalf::new())
        .endpoint(format!("http://{address}"))
        .reuse_connections();
    let shop = Shop::new(authority.bearer(token()).build().unwrap());
    for _ in 0..5 {
        shop.allowed().await;
        ends.recv().unwrap();
        thread::sleep(Duration::from_millis(50));
    }
}

/// A listener whose connections take little at a time, so that a long question waits until somebody
/// reads it.
fn narrow() -> TcpListener {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(16).unwrap();
    socket.into()
}

/// What says yes before it can have read what is asked has not decided about it.
#[tokio::test]
async fn a_yes_to_a_question_that_is_not_out_is_no_answer() {
    let (ended, ends) = mpsc::channel();
    let address = serving(narrow(), None, move |stream| {
        let Some(length) = head(stream) else { return };
        if length < 10_000 {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            say(stream, &json(YES));
            return;
        }
        say(stream, &json(YES));
        thread::sleep(Duration::from_millis(300));
        // Nothing more is sent to who does not listen: the rest of the question ends here.
        let began = Instant::now();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        ended.send((rest.len(), began.elapsed())).unwrap();
    });
    let shop = Shop::new(authzen(&format!("http://{address}")).build().unwrap());
    let told = shop.denied_for(long(), Cause::Malformed).await;
    assert!(told.contains("the reply came before the question was out"), "{told}");
    shop.allowed().await;
    let (rest, took) = tokio::task::spawn_blocking(move || ends.recv().unwrap()).await.unwrap();
    assert!(rest < 900_000 && took < Duration::from_secs(1), "it was kept: {rest} {took:?}");
}

/// Neither a slow reader nor what TLS has to say beside the answer makes it one that came early.
#[tokio::test]
async fn a_long_question_is_answered() {
    let ca = Ca::new("ours");
    let config = Arc::new(ca.server("localhost").config(None));
    let slowly = |stream: &mut dyn Stream| {
        while let Some(mut left) = head(stream) {
            let mut piece = vec![0; 64 * 1024];
            while left > 0 {
                thread::sleep(Duration::from_millis(1));
                let count = stream.read(&mut piece).unwrap();
                left -= count;
            }
            say(stream, &json(YES));
        }
    };
    let plain = serving(narrow(), None, slowly);
    let tls = serving(narrow(), Some(config), slowly);
    let tls = authzen(&format!("https://localhost:{}", tls.port())).ca_certificate(ca.pem());
    for authority in [authzen(&format!("http://{plain}")), tls] {
        let authority = authority.deadline(Duration::from_secs(20)).retries(0);
        let shop = Shop::new(authority.build().unwrap());
        for _ in 0..3 {
            shop.buy(Purchase { amount: 1, note: "x".repeat(200_000) }).await.unwrap();
            shop.allowed().await;
        }
    }
}

/// Another status may come early: a question that is too long is refused before it is read.
#[tokio::test]
async fn a_refusal_may_come_early() {
    let address = serving(narrow(), None, |stream| {
        if head(stream).is_some() {
            say(stream, b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
            thread::sleep(Duration::from_millis(300));
        }
    });
    let shop = Shop::new(authzen(&format!("http://{address}")).build().unwrap());
    let told = shop.denied_for(long(), Cause::Unavailable).await;
    assert!(told.contains("status 413"), "{told}");
}

/// A no, and behind it a yes, before the question was read: neither is the next question's.
#[tokio::test]
async fn what_stands_behind_an_early_no_is_nobodys() {
    for listener in [listener(), narrow()] {
        let address = serving(listener, None, |stream| {
            while let Some(length) = head(stream) {
                say(stream, &[json(NO), json(YES)].concat());
                thread::sleep(Duration::from_millis(20));
                let mut body = vec![0; length];
                let _ = stream.read_exact(&mut body);
            }
        });
        let shop = Shop::new(authzen(&format!("http://{address}")).retries(0).build().unwrap());
        for round in 0..6 {
            let purchase = if round % 2 == 0 { long() } else { lunch() };
            let denial = shop.buy(purchase).await.unwrap_err();
            assert!(matches!(denial.cause(), Cause::Denied | Cause::Malformed), "{denial:?}");
        }
        assert_eq!((shop.bodies(), shop.decisions().len()), (0, 6));
    }
}

/// A yes that is on its way while the question is sent looks like an answer. Only one that has to
/// repeat the question's id is recognised in every case.
#[tokio::test]
async fn a_greeting_that_says_yes_is_no_answer_where_ids_are_demanded() {
    let address = serving(listener(), None, |stream| {
        say(stream, &json(YES));
        let _ = question(stream);
    });
    let authority = authzen(&format!("http://{address}")).demand_request_id().retries(0);
    let shop = Shop::new(authority.build().unwrap());
    for _ in 0..100 {
        let denial = shop.buy(lunch()).await.unwrap_err();
        assert!(matches!(denial.cause(), Cause::Malformed | Cause::Unavailable), "{denial:?}");
    }
    assert_eq!((shop.bodies(), shop.decisions().len()), (0, 100));
}

/// Even amounts are allowed and odd ones are not, while calls are dropped, threads are busy, and a yes
/// is sent behind each no: at once, or also while the next question may be on its way.
async fn only_even_amounts_are_allowed(crossing: bool) {
    let address = serving(listener(), None, move |stream| {
        let mut asked = 0;
        while let Some(length) = head(stream) {
            let mut body = vec![0; length];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let question: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let amount = question["resource"]["properties"]["amount"].as_u64().unwrap();
            asked += 1_u64;
            thread::sleep(Duration::from_micros(amount * 7919 % 9000));
            if amount.is_multiple_of(2) {
                say(stream, &json(YES));
            } else if asked.is_multiple_of(3) && crossing {
                say(stream, &json(NO));
                thread::sleep(Duration::from_millis(2));
                say(stream, &json(YES));
            } else {
                say(stream, &[json(NO), json(YES)].concat());
            }
        }
    });
    let mut authority = authzen(&format!("http://{address}")).retries(0);
    if crossing {
        authority = authority.single_use_connections();
    }
    let shop = Arc::new(Shop::new(authority.build().unwrap()));
    let (mut allowed, mut denied, mut dropped) = (0, 0, 0);
    for round in 0..40_u64 {
        let calls: Vec<_> = (0..16)
            .map(|call| {
                let (shop, amount) = (shop.clone(), round * 16 + call);
                tokio::spawn(async move {
                    // Some callers leave at once.
                    let limit =
                        Duration::from_millis(if amount.is_multiple_of(3) { 1 } else { 5_000 });
                    let buying = shop.buy(Purchase { amount, note: String::new() });
                    (amount, tokio::time::timeout(limit, buying).await)
                })
            })
            .collect();
        for call in calls {
            match call.await.unwrap() {
                (amount, Ok(Ok(()))) => {
                    assert_eq!(amount % 2, 0, "{amount} was allowed");
                    allowed += 1;
                }
                (_, Ok(Err(_))) => denied += 1,
                (_, Err(_)) => dropped += 1,
            }
        }
        thread::sleep(Duration::from_millis(5));
    }
    println!("{allowed} allowed, {denied} denied, {dropped} dropped");
    assert!(allowed > 20 && denied > 20 && dropped > 20, "{allowed} {denied} {dropped}");
    assert_eq!(shop.decisions().len(), 640);
}

#[tokio::test]
async fn each_answer_is_to_its_own_question_on_one_thread() {
    only_even_amounts_are_allowed(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_answer_is_to_its_own_question_on_several() {
    only_even_amounts_are_allowed(false).await;
}

/// What crosses a question on the way looks like its answer; over a connection of its own there is
/// nothing that could.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_answer_is_to_its_own_question_over_its_own_connection() {
    only_even_amounts_are_allowed(true).await;
}

#[tokio::test]
async fn a_single_use_connection_is_used_once() {
    let server = http_common::Server::allowing();
    let authority = authzen(&server.url()).single_use_connections();
    let shop = Shop::new(authority.build().unwrap());
    for _ in 0..5 {
        shop.allowed().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 5));
    assert!(server.seen().iter().all(|seen| seen.header("connection") == Some("close")));
}

/// How often of [`ROUNDS`] a yes that nobody asked for lets the next call run. The server answers one
/// question with no, and says yes a moment later **without having read another**: the next question is
/// out by then.
async fn crossed<D: Dialect + 'static>(
    dialect: impl Fn() -> D,
    [no, yes]: [&'static str; 2],
    reused: bool,
) -> usize {
    let mut crossed = 0;
    for round in 0..ROUNDS {
        let address = serving(listener(), None, move |stream| {
            if question(stream).is_some() {
                say(stream, &json(no));
                thread::sleep(Duration::from_micros(500 + 250 * (round % 20)));
                say(stream, &json(yes));
                // Read, and never answered.
                let _ = question(stream);
            }
        });
        let authority = HttpAuthority::builder(dialect()).endpoint(format!("http://{address}"));
        let authority = authority.bearer(token()).retries(0).deadline(Duration::from_millis(500));
        let authority = if reused { authority.reuse_connections() } else { authority };
        let shop = Shop::new(authority.build().unwrap());
        // On a busy machine the yes is there already when the no is read: then it is no answer at all.
        let is_a_no = |denial: &Denial| {
            let behind = |detail: &str| detail.contains("bytes behind its end");
            denial.cause() == Cause::Denied || denial.detail().is_some_and(behind)
        };
        let first = shop.buy(lunch()).await.unwrap_err();
        assert!(is_a_no(&first), "{first:?}");
        let second = shop.buy(lunch()).await;
        if !reused {
            // Its own connection's no.
            let second = second.unwrap_err();
            assert!(is_a_no(&second), "{second:?}");
        }
        assert_eq!(shop.decisions().len(), 2);
        crossed += shop.bodies();
    }
    println!("{}: {crossed} of {ROUNDS} crossed", dialect().name());
    crossed
}

const ROUNDS: u64 = 60;
const DECIDE: [&str; 2] = [r#"{"result":false}"#, r#"{"result":true}"#];
const VERIFY: [&str; 2] = [
    r#"{"requestId":"r","allowed":false,"reason":"no"}"#,
    r#"{"requestId":"r","allowed":true,"reason":"ok"}"#,
];
const CHECK: [&str; 2] = [r#"{"allowed":false}"#, r#"{"allowed":true}"#];
const SPICE: [&str; 2] = [
    r#"{"permissionship":"PERMISSIONSHIP_NO_PERMISSION"}"#,
    r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}"#,
];

/// In each dialect; also in the one that may not ask twice.
async fn in_each_dialect(reused: bool) -> [usize; 5] {
    let named = || AuthZen::new().resource_type("vendor");
    let rule = || Opa::rule("shop/allow").unwrap();
    let check = || OpenFga::new("s", "m").unwrap().default_resource("shop", "1");
    let spice = || SpiceDb::new().default_resource("shop", "1");
    [
        crossed(named, [NO, YES], reused).await,
        crossed(rule, DECIDE, reused).await,
        crossed(Behalf::new, VERIFY, reused).await,
        crossed(check, CHECK, reused).await,
        crossed(spice, SPICE, reused).await,
    ]
}

#[tokio::test]
async fn a_yes_that_nobody_asked_for_answers_nothing_by_default() {
    assert_eq!(in_each_dialect(false).await, [0; 5]);
}

/// What `reuse_connections` gives up; it also shows that the test above can fail.
#[tokio::test]
async fn over_connections_that_are_reused_it_answers_the_next_question() {
    let crossed = in_each_dialect(true).await;
    assert!(crossed.iter().all(|count| *count > 0), "{crossed:?}");
}

/// Where each reply has to repeat its question's id, connections are kept without being asked to.
#[tokio::test]
async fn connections_are_kept_by_default_where_replies_are_tied() {
    let server = http_common::Server::allowing();
    let builder = || HttpAuthority::builder(AuthZen::new()).endpoint(server.url()).bearer(token());
    let untied = Shop::new(builder().build().unwrap());
    for _ in 0..3 {
        untied.allowed().await;
    }
    assert_eq!(server.connections(), 3);
    let tied = Shop::new(builder().demand_request_id().build().unwrap());
    for _ in 0..3 {
        let _ = tied.buy(lunch()).await;
    }
    assert!(server.seen().iter().skip(3).all(|seen| seen.header("connection").is_none()));
    assert_eq!(server.seen().len(), 6);
}
