//! Requests that try to be another one than was asked about, and callers that try to be another one
//! than they are: over real sockets, as bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    convert::Infallible,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{Extensions, Request},
    middleware::map_request,
    response::{IntoResponse, Response},
    routing::get,
};
use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Subject,
    audit::MemoryLog,
    authority::Answer,
    axum::problem,
    requires_permission,
    tower::{PermissionLayer, ScopeLayer},
};
use failclosed_tests::decisions;
use futures_core::Stream;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tower_layer::Layer;
use tower_service::Service;

/// Whom the layer that authenticates has found.
#[derive(Clone)]
struct User(String);

/// Stands for that layer, and believes the header.
async fn authenticated(mut request: Request<Body>) -> Request<Body> {
    let user = request.headers().get("x-user").and_then(|user| user.to_str().ok());
    if let Some(user) = user.map(|user| User(user.to_owned())) {
        request.extensions_mut().insert(user);
    }
    request
}

fn caller(guard: &Guard) -> impl Fn(&Extensions) -> Option<Guard> + Clone + Send + Sync + 'static {
    let guard = guard.clone();
    move |verified| {
        let User(user) = verified.get()?;
        let subject = Subject::agent("shopper").ok()?.on_behalf_of(user.as_str()).ok()?;
        Some(guard.for_subject(subject))
    }
}

/// Reading under `/public/` is allowed, and nothing else.
struct ReadsInPublic;

impl Authority for ReadsInPublic {
    fn decide<'a>(&'a self, request: &'a failclosed::Request<'a>) -> Answer<'a> {
        let said = |name| request.argument::<String>(name).ok();
        match (said("method").as_deref(), said("path")) {
            // failclosed: allow(FC0216, reason = "a test: no handler opens the path")
            (Some("GET"), Some(path)) if path.starts_with("/public/") || path == "/" => {
                Decision::allow().into()
            }
            _ => Decision::deny("not public").into(),
        }
    }
}

fn guard(authority: impl Authority + 'static) -> (Guard, MemoryLog) {
    let log = MemoryLog::new();
    let subject = Subject::agent("server").unwrap();
    (
        failclosed::danger::unchecked(Guard::builder(subject, authority, log.clone()), "a test")
            .unwrap(),
        log,
    )
}

async fn serve(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = routes.layer(map_request(authenticated));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// Whatever comes back until the connection is closed, each byte as a character.
async fn exchange(address: SocketAddr, sent: String) -> String {
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        String::from_utf8_lossy(&reply).into_owned()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

fn request(line: &str, headers: &str) -> String {
    format!(
        "{line} HTTP/1.1\r\nhost: shop\r\nx-user: alice\r\nconnection: close\r\n{headers}\
         content-length: 0\r\n\r\n"
    )
}

/// A service of somebody else's, which serves everything.
struct Foreign {
    address: SocketAddr,
    served: Arc<AtomicUsize>,
    log: MemoryLog,
}

/// What makes a response of a denial.
type Respond = fn(Denial) -> Response;

async fn foreign() -> Foreign {
    foreign_under(|guard| PermissionLayer::new("fetch", caller(guard), problem as Respond)).await
}

async fn foreign_under(layer: impl FnOnce(&Guard) -> PermissionLayer<Respond>) -> Foreign {
    let (guard, log) = guard(ReadsInPublic);
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let routes = Router::new()
        .fallback(async move || {
            count.fetch_add(1, Ordering::SeqCst);
            "served"
        })
        .layer(layer(&guard));
    Foreign { address: serve(routes).await, served, log }
}

impl Foreign {
    async fn refuses(&self, line: &str, headers: &str, cause: Cause) {
        let before = decisions(&self.log).len();
        let reply = exchange(self.address, request(line, headers)).await;
        // Never 5xx: it is the caller's fault, and the service is well.
        let status = if cause == Cause::Denied { "403" } else { "400" };
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {reply}");
        let decisions = decisions(&self.log);
        assert_eq!(decisions.len(), before + 1, "{line}");
        assert_eq!(decisions[before].cause, Some(cause), "{line}: {:?}", decisions[before]);
        assert_eq!(self.served.load(Ordering::SeqCst), 0, "{line} was served");
    }
}

/// What some service takes for another path than the one that it says.
const OTHER_SPELLINGS: [&str; 40] = [
    "/public/../admin",
    "/public/./../admin",
    "/public/..",
    "/public/..;/admin",
    "/public/..;a=b/admin",
    "/public/.;/admin",
    "/public/%2e%2e/admin",
    "/public/%2E%2E/admin",
    "/public/.%2E/admin",
    "/public/..%2Fadmin",
    "/public/..%2fadmin",
    "/public/..%5Cadmin",
    "/public/..\\admin",
    "/public/%252e%252e/admin",
    "/public/%252E%252E%252Fadmin",
    "/public/%25%32%65",
    "/public//admin",
    "//public/admin",
    "/public/%61dmin",
    "/public/%00",
    "/public/a%0D%0Ab",
    "/public/%7F",
    "/public/%C0%AE%C0%AE/admin",
    "/public/%FF",
    "/public/%c3",
    "/public/%C3",
    "/public/%5cadmin",
    "/public/%2",
    "/public/a;",
    "/public/a;x",
    "/public/a;b=c",
    "/public/;/a",
    "/public/;x/a",
    "/;x/public/a",
    "/public/a%3Bx",
    "/public/a%3bx",
    "/public/%3B/a",
    "/public/a%3Fx",
    "/public/a%3fx",
    "/public/a%23x",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_can_be_read_in_two_ways_is_not_asked_about() {
    let service = foreign().await;
    for path in OTHER_SPELLINGS {
        service.refuses(&format!("GET {path}"), "", Cause::Malformed).await;
    }
    let reply = exchange(service.address, request("GET /public/a", "")).await;
    assert!(reply.ends_with("served"), "the next healthy call: {reply}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_says_one_thing_is_asked_about_as_it_is() {
    let service = foreign().await;
    let paths = [
        "/",
        "/public/",
        "/public/a/b.txt",
        "/public/..a/b..",
        "/public/alice%40example.com",
        "/public/alice@example.com",
        "/public/caf%C3%A9%20au%20lait",
        "/public/caf%c3%A9",
        "/public/caf%c3%a9/%e2%82%ac",
        "/public/100%25",
        "/public/a?b;c",
        "/public/a?next=/../admin",
    ];
    for (count, path) in (1..).zip(paths) {
        let reply = exchange(service.address, request(&format!("GET {path}"), "")).await;
        assert!(reply.ends_with("served"), "{path}: {reply}");
        assert_eq!(service.served.load(Ordering::SeqCst), count, "{path}");
        let asked = decisions(&service.log).pop().unwrap().arguments;
        let spelled = path.split('?').next().unwrap();
        let spelled = spelled.replace("%c3", "%C3").replace("%a9", "%A9").replace("%e2", "%E2");
        assert_eq!(asked["path"], spelled.replace("%ac", "%AC"));
    }
    // Of another case, and of another method: other requests, and asked about as such.
    let service = foreign().await;
    for line in ["GET /Public/a", "GET /PUBLIC/a", "HEAD /public/a", "OPTIONS /public/a"] {
        service.refuses(line, "", Cause::Denied).await;
    }
    for method in ["POST", "DELETE", "PROPFIND", "get", "TRACE"] {
        service.refuses(&format!("{method} /public/a"), "", Cause::Denied).await;
    }
}

/// Some frameworks take method or path from a header.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_makes_it_another_request_is_refused() {
    let service = foreign().await;
    for header in [
        "x-http-method-override: DELETE",
        "X-HTTP-Method: DELETE",
        "x-method-override: GET",
        "x-original-url: /admin",
        "X-Rewrite-URL: /admin",
        "x_original_url: /admin",
        "X-Forwarded-Prefix: /admin",
        "SCRIPT_NAME: /admin",
        "x-envoy-original-path:",
    ] {
        service.refuses("GET /public/a", &format!("{header}\r\n"), Cause::Malformed).await;
    }
    for query in ["_method=DELETE", "a=b;%5Fmethod", "x-http-method-override=GET", "_url=/admin"] {
        service.refuses(&format!("GET /public/a?{query}"), "", Cause::Malformed).await;
    }
    let ordinary = "access-control-request-method: PUT\r\nx-forwarded-host: shop\r\n";
    let reply = exchange(service.address, request("GET /public/a?method=card", ordinary)).await;
    assert!(reply.ends_with("served"), "the next healthy call: {reply}");
}

/// A declaration is for what it names, and takes back nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_declared_is_asked_about() {
    let layer = |guard: &Guard| {
        PermissionLayer::new("fetch", caller(guard), problem as Respond)
            .accepting_in_paths(";")
            .trusting_header("X-Forwarded-Prefix")
            .trusting_header("x-envoy-original-path")
    };
    let service = foreign_under(layer).await;
    let trusted = "x-forwarded-prefix: /shop\r\nx-envoy-original-path: /shop/public/a\r\n";
    for (path, headers) in [("/public/a;b=c", ""), ("/public/a%3Bb", ""), ("/public/a", trusted)] {
        let reply = exchange(service.address, request(&format!("GET {path}"), headers)).await;
        assert!(reply.ends_with("served"), "{path}: {reply}");
        assert_eq!(decisions(&service.log).pop().unwrap().arguments["path"], path);
    }
    let service = foreign_under(layer).await;
    for path in ["/public/..;/admin", "/public/..;a=b/admin", "/public/.;/admin", "/public/a%3Fx"] {
        service.refuses(&format!("GET {path}"), "", Cause::Malformed).await;
    }
    service.refuses("GET /admin;x", "", Cause::Denied).await;
    for header in ["x_forwarded_prefix: /", "x-forwarded-path: /", "x-original-url: /admin"] {
        let headers = format!("{trusted}{header}\r\n");
        service.refuses("GET /public/a", &headers, Cause::Malformed).await;
    }
}

static PAID: AtomicUsize = AtomicUsize::new(0);

#[requires_permission(action = "pay")]
async fn pay(amount: f64, note: String) -> Result<String, Denial> {
    PAID.fetch_add(1, Ordering::SeqCst);
    Ok(format!("paid {amount}: {}", note.len()))
}

/// What the caller sent is at fault: 400, nobody is asked, and the same call again is no use. What
/// the authority did is not: 503.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_caller_sent_wrongly_is_a_bad_request() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let (guard, log) = guard(failclosed::authority::answer_fn(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Decision::allow().into()
    }));
    let handler =
        async |Path((amount, length)): Path<(f64, usize)>| pay(amount, "x".repeat(length)).await;
    let routes = Router::new()
        .route("/{amount}/{length}", get(handler))
        .layer(ScopeLayer::new(caller(&guard)));
    let address = serve(routes).await;
    let paths = [("/NaN/1", 400), ("/inf/1", 400), ("/-inf/1", 400), ("/1/2097152", 413)];
    for (before, (path, status)) in paths.into_iter().enumerate() {
        let reply = exchange(address, request(&format!("GET {path}"), "")).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {reply}");
        assert!(reply.contains("cannot be decided as it is"), "{path}: {reply}");
        assert!(!reply.contains("unavailable"), "{path}: {reply}");
        let decisions = decisions(&log);
        assert_eq!(decisions.len(), before + 1, "{path}");
        assert_eq!(decisions[before].cause, Some(Cause::Malformed), "{path}");
    }
    assert_eq!((PAID.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (0, 0));
    let reply = exchange(address, request("GET /7.5/3", "")).await;
    assert!(reply.ends_with("paid 7.5: 3"), "the next healthy call: {reply}");
}

/// The same cause, but it is the authority that gave no valid answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_authority_answered_wrongly_is_no_bad_request() {
    let (guard, log) = guard(failclosed::authority::answer_fn(|_| {
        failclosed::NoDecision::malformed("no JSON").into()
    }));
    let served = async || "served";
    let routes = Router::new().route("/", get(served)).layer(PermissionLayer::new(
        "fetch",
        caller(&guard),
        problem,
    ));
    let reply = exchange(serve(routes).await, request("GET /", "")).await;
    assert!(reply.starts_with("HTTP/1.1 503 ") && !reply.contains("served"), "{reply}");
    let decisions = decisions(&log);
    assert_eq!((decisions.len(), decisions[0].cause), (1, Some(Cause::Malformed)));
}

/// Two requests of two users in one write, on one connection: each is its own.
#[requires_permission(action = "who")]
async fn whoami() -> Result<String, Denial> {
    Ok(Guard::current().subject().user_id().unwrap_or("nobody").to_owned())
}

async fn who() -> Response {
    match whoami().await {
        Ok(user) => format!("<{user}>").into_response(),
        Err(denial) => denial.into_response(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_on_one_connection_are_not_mixed_up() {
    let (guard, log) = guard(failclosed::authority::answer_fn(|_| Decision::allow().into()));
    let routes = Router::new().route("/", get(who)).layer(ScopeLayer::new(caller(&guard)));
    let address = serve(routes).await;
    let users = ["alice", "bob", "", "carol"];
    let mut sent = String::new();
    for (index, user) in users.iter().enumerate() {
        let close = if index + 1 == users.len() { "connection: close\r\n" } else { "" };
        sent += &format!("GET / HTTP/1.1\r\nhost: shop\r\nx-user: {user}\r\n{close}\r\n");
    }
    let reply = exchange(address, sent).await;
    let said: Vec<_> =
        users.iter().filter_map(|user| Some((*user, reply.find(&format!("<{user}>"))?))).collect();
    assert_eq!(said.len(), 3, "{reply}");
    assert!(said.is_sorted_by_key(|(_, at)| *at), "{reply}");
    // Between bob and carol there was nobody in particular.
    assert_eq!(reply.matches("HTTP/1.1 503").count(), 1, "{reply}");
    let on_record = decisions(&log);
    let on_record: Vec<_> =
        on_record.iter().map(|entry| entry.subject.user_id().unwrap()).collect();
    assert_eq!(on_record, ["alice", "bob", "carol"]);
}

/// A body that is streamed is made by the connection, after the handler is done.
struct Streams(Option<Call>);

type Call = Pin<Box<dyn Future<Output = Result<String, Denial>> + Send>>;

impl Stream for Streams {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(call) = self.0.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(said) = call.as_mut().poll(cx) else { return Poll::Pending };
        self.0 = None;
        let text = said.unwrap_or_else(|denial| format!("[{}]", denial.cause()));
        Poll::Ready(Some(Ok(Bytes::from(text))))
    }
}

/// Asks as its caller, also where the server's own loop and its connections run as somebody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_body_asks_as_its_caller() {
    let (guard, log) =
        guard(failclosed::authority::answer_fn(|request| match request.subject().user_id() {
            Some("alice" | "root") => Decision::allow().into(),
            _ => Decision::deny("not alice").into(),
        }));
    let root = guard.for_subject(Subject::agent("server").unwrap().on_behalf_of("root").unwrap());
    let stream = async || Body::from_stream(Streams(Some(Box::pin(whoami()))));
    let routes = Router::new().route("/", get(stream)).layer(ScopeLayer::new(caller(&guard)));
    let address = serve_as(&root, routes).await;
    for (user, expected, asked) in
        [("alice", "alice", 1), ("mallory", "[denied]", 2), ("", "[not_configured]", 2)]
    {
        let request =
            format!("GET / HTTP/1.1\r\nhost: shop\r\nx-user: {user}\r\nconnection: close\r\n\r\n");
        let reply = exchange(address, request).await;
        assert!(reply.contains(expected) && !reply.contains("root"), "{reply}");
        assert_eq!(decisions(&log).len(), asked, "{user}");
    }
    let users: Vec<_> = decisions(&log)
        .iter()
        .map(|entry| entry.subject.user_id().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(users, ["alice", "mallory"]);
}

/// Each connection is a task of its own, which runs under the server's guard.
async fn serve_as(root: &Guard, routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let root = root.clone();
    let routes = routes.layer(map_request(authenticated));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(routes.clone());
            let connection = async move {
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                served.await.unwrap();
            };
            tokio::spawn(root.scope(connection));
        }
    });
    address
}

/// Says whose guard there is when it is dropped.
struct LooksWhenDropped(Arc<Mutex<Vec<String>>>);

impl Drop for LooksWhenDropped {
    fn drop(&mut self) {
        let user = Guard::current().subject().user_id().unwrap_or("nobody").to_owned();
        self.0.lock().unwrap().push(user);
    }
}

/// Never polled, cancelled while it waits, and done: dropped under its own guard each time.
#[tokio::test]
async fn what_a_scope_holds_is_dropped_under_its_guard() {
    let (guard, _) = guard(failclosed::authority::answer_fn(|_| Decision::allow().into()));
    let of = |user: &str| {
        guard.for_subject(Subject::agent("shopper").unwrap().on_behalf_of(user).unwrap())
    };
    let (alice, root) = (of("alice"), of("root"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let holds = || {
        let held = LooksWhenDropped(Arc::clone(&seen));
        async move {
            let _held = held;
            std::future::pending::<()>().await;
        }
    };
    root.scope(async {
        drop(alice.scope(holds()));
        let mut waiting = Box::pin(alice.scope(holds()));
        std::future::poll_fn(|cx| {
            assert!(waiting.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(waiting);
        let held = LooksWhenDropped(Arc::clone(&seen));
        alice.scope(async move { drop(held) }).await;
    })
    .await;
    assert_eq!(*seen.lock().unwrap(), ["alice"; 3]);
}

/// The same for the body of a response that nobody reads to its end.
#[tokio::test]
async fn a_response_body_is_dropped_under_its_callers_guard() {
    let (guard, _) = guard(failclosed::authority::answer_fn(|_| Decision::allow().into()));
    let root = guard.for_subject(Subject::agent("server").unwrap().on_behalf_of("root").unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let held = Arc::clone(&seen);
    let service = service_fn(move |_: Request<Body>| {
        let held = LooksWhenDropped(Arc::clone(&held));
        let body = Body::from_stream(Silent(held));
        std::future::ready(Ok::<_, Infallible>(Response::new(body)))
    });
    let mut service = ScopeLayer::new(caller(&guard)).layer(service);
    let request = Request::builder().extension(User("alice".into())).body(Body::empty()).unwrap();
    root.scope(async { drop(service.call(request).await.unwrap()) }).await;
    assert_eq!(*seen.lock().unwrap(), ["alice"]);
}

/// A service made of a closure.
#[derive(Clone)]
struct Made<F>(F);

fn service_fn<F>(f: F) -> Made<F> {
    Made(f)
}

impl<F, U> Service<Request<Body>> for Made<F>
where
    F: FnMut(Request<Body>) -> U,
    U: Future<Output = Result<Response, Infallible>>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = U;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> U {
        (self.0)(request)
    }
}

/// A stream that holds something and never says anything.
struct Silent(#[expect(dead_code, reason = "held until it is dropped")] LooksWhenDropped);

impl Stream for Silent {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

/// A service that looks for its guard before it has made its future.
#[derive(Clone)]
struct LooksAtOnce;

impl Service<Request<Body>> for LooksAtOnce {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Before there is a request there is no caller, and the server's guard is not lent.
        assert_eq!(Guard::current().subject().user_id(), None);
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let guard = Guard::current();
        let user = guard.subject().user_id().unwrap_or("nobody").to_owned();
        std::future::ready(Ok(format!("<{user}>").into_response()))
    }
}

/// It finds the caller's, and not the one that the server runs under.
#[tokio::test]
async fn the_guard_of_the_server_is_not_lent_to_its_callers() {
    let (guard, _) = guard(failclosed::authority::answer_fn(|_| Decision::allow().into()));
    let root = guard.for_subject(Subject::agent("server").unwrap().on_behalf_of("root").unwrap());
    let mut service = ScopeLayer::new(caller(&guard)).layer(LooksAtOnce);
    let call =
        |user: &str| Request::builder().extension(User(user.into())).body(Body::empty()).unwrap();
    for (user, expected) in [("alice", "<alice>"), ("", "<nobody>")] {
        let ready_and_served = async {
            std::future::poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
            service.call(call(user)).await.unwrap()
        };
        let served = root.scope(ready_and_served).await;
        let body = axum::body::to_bytes(Body::new(served.into_body()), 1024).await.unwrap();
        assert_eq!(body, expected);
    }
}
