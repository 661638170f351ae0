//! Those that ask the same question of the same server.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    time::Duration,
};

use bytes::Bytes;
use failclosed::{
    Authority, Decision, Guard, Request, Subject,
    authority::Answer,
    http::{AuthZen, Dialect, HttpAuthority, HttpBuilder},
};
use http_body_util::{BodyExt, Full};
use hyper::header::CONTENT_TYPE;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::WIRE_ANSWER;
use crate::{
    Failure,
    executor::{ITEMS, Item, MEMO, buy},
    handoff::{Handoff, Line},
};

/// An error that may leave its task.
pub type Unanswered = Box<dyn std::error::Error + Send + Sync>;

/// Asks whether the order of [`buy`] may be placed.
pub trait Client: Clone + Send + Sync + 'static {
    /// One question and its answer.
    fn ask(&self) -> impl Future<Output = Result<bool, Unanswered>> + Send;
}

/// As many bytes each way as HTTP sends, and nothing else: what the kernel and the runtime cost.
#[derive(Clone)]
pub struct PingPong {
    port: u16,
    question: Bytes,
    idle: Arc<Mutex<Vec<TcpStream>>>,
}

impl PingPong {
    /// Asks a server that was told the same number of bytes.
    pub fn new(port: u16, wire_question: usize) -> Self {
        Self { port, question: vec![b'.'; wire_question].into(), idle: Arc::default() }
    }
}

impl Client for PingPong {
    async fn ask(&self) -> Result<bool, Unanswered> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(&self.question).await?;
        let mut answer = [0; WIRE_ANSWER];
        stream.read_exact(&mut answer).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
        Ok(answer == [b'.'; WIRE_ANSWER])
    }
}

/// hyper-util's pool, with the bytes of the question at hand. Whatever comes is a yes.
#[derive(Clone)]
pub struct Pooled {
    client: legacy::Client<HttpConnector, Full<Bytes>>,
    uri: hyper::Uri,
    question: Bytes,
}

impl Pooled {
    /// Asks at a URL.
    ///
    /// # Errors
    /// One that is none.
    pub fn new(url: &str, question: Bytes) -> Result<Self, Failure> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, uri: url.parse()?, question })
    }
}

impl Client for Pooled {
    async fn ask(&self) -> Result<bool, Unanswered> {
        let question = hyper::Request::post(self.uri.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(self.question.clone()))?;
        let answer = self.client.request(question).await?.into_body().collect().await?.to_bytes();
        Ok(!answer.is_empty())
    }
}

/// reqwest, with the bytes of the question at hand. Whatever comes is a yes.
#[derive(Clone)]
pub struct Raw {
    client: reqwest::Client,
    url: reqwest::Url,
    question: Bytes,
}

impl Raw {
    /// Asks at a URL.
    ///
    /// # Errors
    /// One that is none.
    pub fn new(url: &str, question: Bytes) -> Result<Self, Failure> {
        Ok(Self { client: reqwest_client()?, url: url.parse()?, question })
    }
}

impl Client for Raw {
    async fn ask(&self) -> Result<bool, Unanswered> {
        let question = self.client.post(self.url.clone());
        let question =
            question.header(CONTENT_TYPE, "application/json").body(self.question.clone());
        Ok(!question.send().await?.bytes().await?.is_empty())
    }
}

/// What a program does that asks by itself: a struct as JSON, a timeout, and a look at one member of
/// the answer. It checks neither status nor type nor size, and reads of two keys the second.
#[derive(Clone)]
pub struct Naive {
    client: reqwest::Client,
    url: reqwest::Url,
    timeout: Duration,
}

impl Naive {
    /// Asks at a URL, for no longer than `timeout`.
    ///
    /// # Errors
    /// One that is none.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, Failure> {
        Ok(Self { client: reqwest_client()?, url: url.parse()?, timeout })
    }
}

impl Client for Naive {
    async fn ask(&self) -> Result<bool, Unanswered> {
        let question = Evaluation::of_the_order();
        let answer = self
            .client
            .post(self.url.clone())
            .timeout(self.timeout)
            .json(&question)
            .send()
            .await?
            .json::<serde_json::Value>()
            .await?;
        Ok(answer["decision"] == true)
    }
}

/// The question as somebody writes it who knows it: nothing in it is looked at twice.
#[derive(Serialize)]
struct Evaluation {
    subject: Who,
    action: Name,
    resource: What,
    context: Agent,
}

#[derive(Serialize)]
struct Who {
    r#type: &'static str,
    id: &'static str,
    properties: Agent,
}

#[derive(Serialize)]
struct Agent {
    agent: &'static str,
}

#[derive(Serialize)]
struct Name {
    name: &'static str,
}

#[derive(Serialize)]
struct What {
    r#type: &'static str,
    id: &'static str,
    properties: Order,
}

#[derive(Serialize)]
struct Order {
    vendor: &'static str,
    amount: u64,
    currency: &'static str,
    items: &'static [Item<'static>],
    memo: &'static str,
}

impl Evaluation {
    fn of_the_order() -> Self {
        Self {
            subject: Who { r#type: "user", id: "alice", properties: Agent { agent: "shopper" } },
            action: Name { name: "purchase" },
            resource: What {
                r#type: "Vendor",
                id: "coachella.com",
                properties: Order {
                    vendor: "coachella.com",
                    amount: 742,
                    currency: "USD",
                    items: &ITEMS,
                    memo: MEMO,
                },
            },
            context: Agent { agent: "shopper" },
        }
    }
}

fn reqwest_client() -> Result<reqwest::Client, Failure> {
    // The second call finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// A guarded call: arguments walked and digested, the question put by our engine, decision and
/// outcome sent through a bounded channel and taken off again.
#[derive(Clone)]
pub struct Guarded {
    guard: Guard,
    writer: Arc<Mutex<Receiver<Line>>>,
}

impl Guarded {
    /// Asks an authority.
    ///
    /// # Errors
    /// The guard's.
    pub fn new(authority: impl Authority + 'static) -> Result<Self, Failure> {
        let (sender, writer) = sync_channel(1024);
        let guard = failclosed::danger::unchecked(
            Guard::builder(subject()?, authority, Handoff(sender)),
            "a benchmark",
        )?;
        Ok(Self { guard, writer: Arc::new(Mutex::new(writer)) })
    }
}

impl Client for Guarded {
    async fn ask(&self) -> Result<bool, Unanswered> {
        let bought = self.guard.scope(buy()).await;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = (writer.try_recv(), writer.try_recv());
        Ok(bought? > 0)
    }
}

/// AuthZEN at an endpoint.
pub fn authzen(endpoint: &str, deadline: Duration) -> HttpBuilder<AuthZen> {
    // failclosed: allow(FC0220, reason = "what a start asks is no part of what is measured")
    HttpAuthority::builder(dialect()).endpoint(endpoint).deadline(deadline)
}

fn dialect() -> AuthZen {
    AuthZen::new().resource_type("Vendor")
}

/// The bytes that our engine sends as the body of the order's question, and so everybody.
///
/// # Errors
/// The guard's.
pub fn question() -> Result<Bytes, Failure> {
    struct Show(AuthZen, Mutex<Vec<u8>>);
    impl Authority for Show {
        fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
            let shown = self.0.question(request);
            Answer::ready(shown.map(|shown| {
                *self.1.lock().unwrap_or_else(PoisonError::into_inner) = shown;
                Decision::allow()
            }))
        }
    }
    let show = Arc::new(Show(dialect(), Mutex::default()));
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, show.clone(), failclosed::danger::unrecorded("a benchmark")?),
        "a benchmark",
    )?;
    crate::runtime()?.block_on(guard.scope(buy()))?;
    let shown = show.1.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let ours: serde_json::Value = serde_json::from_slice(&shown)?;
    if ours == serde_json::to_value(Evaluation::of_the_order())? {
        Ok(shown.into())
    } else {
        Err("the naive client asks something else".into())
    }
}

fn subject() -> Result<Subject, Failure> {
    Ok(Subject::agent("shopper")?.on_behalf_of("alice")?)
}
