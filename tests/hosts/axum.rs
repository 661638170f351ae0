//! A guarded axum service over a real socket: what each denial is in HTTP, whose guard asks, and a
//! service of somebody else's that is not called without an allow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use failclosed::{
    Cause, Denial, Guard, Subject,
    audit::MemoryLog,
    authority::{Answer, answer_fn},
    axum::problem,
    requires_permission,
    tower::{PermissionLayer, ScopeLayer},
};
use failclosed_tests::{
    authorities::{allow, ask, deny, error, hangs, panics},
    decisions, outcomes,
};
use serde::Deserialize;
use serde_json::Value;
use tower_service::Service as _;

#[derive(Deserialize)]
struct Order {
    vendor: String,
    cents: u64,
}

/// Says in a header that a body ran: tests share no counter.
fn ran(order: &Order) -> Response {
    ([("x-ran", "1")], format!("bought for {}", order.cents)).into_response()
}

#[requires_permission(
    action = "purchase", args(vendor = order.vendor, cents = order.cents), skip(order)
)]
async fn typed(Json(order): Json<Order>) -> Result<Response, Denial> {
    Ok(ran(&order))
}

#[requires_permission(
    action = "purchase", args(vendor = order.vendor, cents = order.cents), skip(order),
    on_denied = problem
)]
#[axum::debug_handler]
async fn above_debug_handler(Json(order): Json<Order>) -> Response {
    ran(&order)
}

#[axum::debug_handler]
#[tracing::instrument(skip_all)]
#[requires_permission(
    action = "purchase", args(vendor = order.vendor, cents = order.cents), skip(order)
)]
async fn below_debug_handler(Json(order): Json<Order>) -> Response {
    ran(&order)
}

#[requires_permission(
    action = "purchase", guard = &guard, args(vendor = order.vendor, cents = order.cents),
    skip(guard, order)
)]
async fn explicit(
    State(guard): State<Guard>,
    Json(order): Json<Order>,
) -> Result<Response, Denial> {
    Ok(ran(&order))
}

async fn spawns() -> Response {
    let order = Order { vendor: "coachella.com".into(), cents: 1 };
    match tokio::spawn(typed(Json(order))).await.unwrap() {
        Ok(response) => response,
        Err(denial) => denial.into_response(),
    }
}

async fn public() -> &'static str {
    "prices"
}

#[derive(Clone)]
struct Caller(Guard);

/// What an authority answers to everything.
type Says = fn() -> Answer<'static>;

struct Service {
    address: SocketAddr,
    log: MemoryLog,
    foreign: Arc<AtomicUsize>,
}

/// A service whose guard has this authority. The caller `alice` is known, and nobody else.
async fn serve(authority: Says) -> Service {
    let log = MemoryLog::new();
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject, answer_fn(move |_| authority()), log.clone())
            .deadline(Duration::from_millis(200)),
        "a test",
    )
    .unwrap();
    let foreign = Arc::new(AtomicUsize::new(0));
    let calls = foreign.clone();
    let caller = |verified: &axum::http::Extensions| Some(verified.get::<Caller>()?.0.clone());
    let scoped = Router::new()
        .route("/typed", post(typed))
        .route("/above", post(above_debug_handler))
        .route("/below", post(below_debug_handler))
        .route("/spawns", get(spawns))
        .route("/public", get(public))
        .layer(ScopeLayer::new(caller));
    let outside = Router::new()
        .route("/outside", post(typed))
        .route("/explicit", post(explicit))
        .with_state(guard.clone());
    let others = Router::new()
        .route(
            "/reports/{name}",
            get(async move || {
                calls.fetch_add(1, Ordering::SeqCst);
                "1,024 tickets"
            }),
        )
        .layer(PermissionLayer::new("report", caller, problem));
    let authenticate = async |State(guard): State<Guard>, mut request: Request, next: Next| {
        if request.headers().get("x-user").is_some_and(|user| user == "alice") {
            request.extensions_mut().insert(Caller(guard));
        }
        next.run(request).await
    };
    let routes = scoped.merge(outside).merge(others).layer(from_fn_with_state(guard, authenticate));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Service { address, log, foreign }
}

/// A status, the head, and the body.
struct Reply {
    status: StatusCode,
    head: String,
    body: String,
}

impl Reply {
    fn ran(&self) -> bool {
        self.head.contains("x-ran: 1")
    }

    fn problem(&self) -> Value {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        problem
    }
}

impl Service {
    async fn ask(&self, method: &str, path: &str, user: &str) -> Reply {
        self.order(method, path, user, "coachella.com").await
    }

    async fn order(&self, method: &str, path: &str, user: &str, vendor: &str) -> Reply {
        let body = format!(r#"{{"vendor":"{vendor}","cents":742}}"#);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: shop\r\nx-user: {user}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let address = self.address;
        let reply = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).unwrap();
            reply
        })
        .await
        .unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// One denial on record, under the id that the caller was told, and no outcome.
    fn denied(&self, problem: &Value, cause: Cause) {
        assert_eq!(problem["cause"], cause.as_str());
        let decisions = decisions(&self.log);
        let last = decisions.last().expect("nothing was recorded");
        assert_eq!((last.verdict, last.cause), ("deny", Some(cause)));
        assert_eq!(problem["call"], last.call.as_str());
        assert!(outcomes(&self.log).is_empty());
    }
}

const HANDLERS: [&str; 4] = ["/typed", "/above", "/below", "/explicit"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allow_is_served_by_every_form_of_handler() {
    let service = serve(allow).await;
    for path in HANDLERS {
        let reply = service.ask("POST", path, "alice").await;
        assert_eq!((reply.status, reply.ran()), (StatusCode::OK, true), "{path}: {}", reply.body);
    }
    assert_eq!(decisions(&service.log).len(), HANDLERS.len());
    assert_eq!(outcomes(&service.log).len(), HANDLERS.len());
    assert_eq!(decisions(&service.log)[0].subject.user_id(), Some("alice"));
}

/// 403 where somebody said no, 503 where nobody said yes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_denial_is_a_problem_document() {
    let table: [(Says, Cause, StatusCode); 5] = [
        (deny, Cause::Denied, StatusCode::FORBIDDEN),
        (ask, Cause::NeedsApproval, StatusCode::SERVICE_UNAVAILABLE),
        (error, Cause::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        (panics, Cause::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        (hangs, Cause::TimedOut, StatusCode::SERVICE_UNAVAILABLE),
    ];
    for (authority, cause, status) in table {
        let service = serve(authority).await;
        for path in HANDLERS {
            let reply = service.ask("POST", path, "alice").await;
            assert_eq!((reply.status, reply.ran()), (status, false), "{path}: {}", reply.body);
            service.denied(&reply.problem(), cause);
        }
    }
    let reply = serve(error).await.ask("POST", "/typed", "alice").await;
    let detail = reply.problem()["detail"].clone();
    assert!(!detail.to_string().contains("connection refused"), "for the operator alone: {detail}");
}

/// What is too large to be shown to anybody is the caller's: 413, and nobody was asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_too_large_is_the_callers() {
    let service = serve(allow).await;
    let novel = "x".repeat(failclosed::Request::MAX_BYTES);
    for path in HANDLERS {
        let reply = service.order("POST", path, "alice", &novel).await;
        let expected = (StatusCode::PAYLOAD_TOO_LARGE, false);
        assert_eq!((reply.status, reply.ran()), expected, "{path}: {}", reply.body);
        let problem = reply.problem();
        service.denied(&problem, Cause::Malformed);
        assert!(problem["detail"].to_string().contains("ask for less in one call"), "{problem}");
    }
}

/// Nobody's guard, a route outside the layer, a task of its own: closed, also beside a guard that
/// would allow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_without_a_callers_guard_is_denied() {
    let service = serve(allow).await;
    for (method, path, user) in
        [("POST", "/typed", "mallory"), ("POST", "/outside", "alice"), ("GET", "/spawns", "alice")]
    {
        let reply = service.ask(method, path, user).await;
        assert_eq!((reply.status, reply.ran()), (StatusCode::SERVICE_UNAVAILABLE, false), "{path}");
        assert_eq!(reply.problem()["cause"], "not_configured", "{path}");
    }
    // What is not guarded is not concerned.
    let reply = service.ask("GET", "/public", "mallory").await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "prices"));
}

/// The layer before a service of somebody else's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_service_is_called_after_an_allow_alone() {
    let service = serve(allow).await;
    let reply = service.ask("GET", "/reports/sales?year=2026", "alice").await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "1,024 tickets"));
    assert_eq!(service.foreign.load(Ordering::SeqCst), 1);
    let decision = decisions(&service.log).pop().unwrap();
    let asked: Value = serde_json::from_str(&decision.arguments.to_string()).unwrap();
    assert_eq!(
        asked,
        serde_json::json!({"method": "GET", "path": "/reports/sales", "query": "year=2026"})
    );
    for (authority, cause) in [
        (deny as Says, Cause::Denied),
        (error, Cause::Unavailable),
        (panics, Cause::Unavailable),
        (hangs, Cause::TimedOut),
    ] {
        let service = serve(authority).await;
        let reply = service.ask("GET", "/reports/sales", "alice").await;
        service.denied(&reply.problem(), cause);
        assert_eq!(service.foreign.load(Ordering::SeqCst), 0);
    }
    let service = serve(allow).await;
    let reply = service.ask("GET", "/reports/sales", "mallory").await;
    assert_eq!(reply.problem()["cause"], "not_configured");
    assert_eq!(service.foreign.load(Ordering::SeqCst), 0);
}

#[requires_permission(action = "purchase", args(cents = cents))]
async fn by_status(cents: u64) -> Result<(), StatusCode> {
    drop(ran(&Order { vendor: String::new(), cents }));
    Ok(())
}

#[requires_permission(action = "purchase", args(cents = cents))]
async fn by_response(cents: u64) -> Result<(), Response> {
    drop(ran(&Order { vendor: String::new(), cents }));
    Ok(())
}

/// A handler that fails with a bare status, or with a response, says whose fault it was too.
#[tokio::test]
async fn a_denial_becomes_the_errors_of_handlers() {
    let status = async |authority: Says| {
        let subject = Subject::agent("shopper").unwrap();
        let guard = Guard::builder(subject, answer_fn(move |_| authority()), MemoryLog::new());
        let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
        let bare = guard.scope(by_status(742)).await.unwrap_err();
        assert_eq!(guard.scope(by_response(742)).await.unwrap_err().status(), bare);
        bare
    };
    assert_eq!(status(deny).await, StatusCode::FORBIDDEN);
    assert_eq!(status(error).await, StatusCode::SERVICE_UNAVAILABLE);
}

/// A layer around all of a service: there is no route beside it.
#[tokio::test]
async fn what_a_layer_is_around_has_no_other_way_in() {
    let log = MemoryLog::new();
    let on_public = answer_fn(|request: &failclosed::Request<'_>| match request.resource() {
        Some(on) if on.id() == "/public/a" => allow(),
        _ => deny(),
    });
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), on_public, log.clone());
    let guard = guard.start().await.unwrap();
    let caller = move |_: &axum::http::Extensions| Some(guard.clone());
    let served = || async { "served" };
    let routes = Router::new().route("/public/a", get(served)).merge(
        Router::new().route("/private", get(served)).nest("/in", Router::new().fallback(served)),
    );
    let mut service = PermissionLayer::new("fetch", caller, problem).around(routes);
    for (path, status) in [("/public/a", 200), ("/private", 403), ("/in/x", 403), ("/none", 403)] {
        let request = Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        let response = service.call(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body == "served", status == 200, "{path}: {body:?}");
    }
    // The canary, and what was refused.
    assert_eq!(decisions(&log).iter().filter(|one| one.verdict == "deny").count(), 4);
}

/// Whoever looks for the caller and panics has found nobody; and what was added to the router before
/// the layer is behind it, its fallback too.
#[tokio::test]
async fn a_panic_over_the_caller_serves_nothing() {
    let caller = |_: &axum::http::Extensions| panic!("boom");
    let mut routes = Router::new()
        .route("/public/a", get(async || "served"))
        .fallback(async || "served")
        .layer(PermissionLayer::new("fetch", caller, problem));
    for path in ["/public/a", "/public/b", "/"] {
        let request = Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        let response = routes.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}
