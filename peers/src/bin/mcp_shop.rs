//! An MCP server for clients that other people wrote: `mcp_shop KEY=VALUE ..`.
//!
//! | key | value |
//! | --- | --- |
//! | `log` | the file that decisions, outcomes and bodies are appended to, as lines of JSON |
//! | `http` | a port; without it stdio |
//! | `patience` | milliseconds that a person may take |
//! | `progress` | milliseconds between two reports of progress |
//! | `key` | one character: the key that approvals are sealed with; without it a random one |
//! | `pending` | `full` or `broken` |
//! | `callers` | `anybody`: over HTTP, nobody says who calls |
//! | `sessions` | `anybodys`: whoever has its id; without it bound to who opened them |
//!
//! Up to 99 cents are allowed, from 100 on a person is asked, other actions are denied.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness"
)]

use std::{
    collections::HashMap,
    env,
    fs::{File, OpenOptions},
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{http::Extensions, middleware::map_request};
use failclosed::{
    Authority, Decision, Denial, Guard, NoDecision, Request, Subject,
    approval::pending,
    audit::{AuditSink, DecisionRecord, Entry, OutcomeRecord, Recording},
    authority::Answer,
    guarded,
    mcp::{self, CallerGuards, SealedApprovals, SessionLayer, StrictInput, ToolCall},
    requires_permission,
};
use rmcp::{
    ErrorData, Json, ServiceExt,
    handler::server::{tool::schema_for_output, wrapper::Parameters},
    model::{CallToolResponse, CallToolResult},
    schemars::{self, JsonSchema},
    tool, tool_router,
    transport::{
        stdio,
        streamable_http_server::{StreamableHttpService, session::local::LocalSessionManager},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, Serialize, JsonSchema)]
struct Order {
    cents: u64,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    paid: u64,
}

#[derive(Clone)]
struct Shop {
    guards: CallerGuards,
    log: Log,
}

#[guarded]
#[tool_router(server_handler)]
impl Shop {
    /// Buys.
    #[requires_permission(
        action = "purchase", guard = self.guards.of(&call), args(cents = order.cents),
        skip(call, order), on_denied = mcp::tool_response
    )]
    #[tool(output_schema = schema_for_output::<Receipt>())]
    async fn buy(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.ran(&order);
        Ok(CallToolResult::structured(json!(Receipt { paid: order.cents })).into())
    }

    /// The same action by another name.
    #[requires_permission(
        action = "purchase", guard = self.guards.of(&call), args(cents = order.cents),
        skip(call, order), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn buy_too(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.ran(&order);
        Ok(CallToolResult::structured(json!(Receipt { paid: order.cents })).into())
    }

    /// Denied; a typed result.
    #[requires_permission(action = "sell", guard = self.guards.of(&call), skip(call))]
    #[tool]
    async fn sell(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<Json<Receipt>, Denial> {
        self.ran(&order);
        Ok(Json(Receipt { paid: order.cents }))
    }

    /// Denied; rmcp's own result.
    #[requires_permission(
        action = "give", guard = self.guards.of(&call), skip(call), on_denied = mcp::tool_error
    )]
    #[tool(output_schema = schema_for_output::<Receipt>())]
    async fn give(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResult, ErrorData> {
        self.ran(&order);
        Ok(CallToolResult::structured(json!(Receipt { paid: order.cents })))
    }

    #[unguarded(reason = "writes down that a body ran")]
    fn ran(&self, order: &Order) {
        self.log.write(&json!({ "record": "ran", "cents": order.cents }));
    }
}

/// Up to 99 cents yes, from 100 on a person, anything else no.
struct Prices;

impl Authority for Prices {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        match (request.action(), request.argument::<u64>("cents")) {
            ("purchase", Ok(..100)) => Decision::allow().rule("small").into(),
            ("purchase", Ok(_)) => Decision::ask("that much?").rule("large").into(),
            _ => Decision::deny("not sold here").rule("assortment").into(),
        }
    }
}

#[derive(Clone)]
struct Log(Arc<Mutex<File>>);

impl Log {
    fn write(&self, line: &impl Serialize) {
        let line = serde_json::to_string(line).unwrap();
        writeln!(self.0.lock().unwrap(), "{line}").unwrap();
    }
}

impl AuditSink for Log {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        Recording::ready(Entry::try_from(record).map(|entry| self.write(&entry)))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        self.write(&Entry::from(record));
    }
}

struct Broken;

impl pending::Store for Broken {
    fn open<'a>(&'a self, _: pending::Opening<'a>) -> pending::Storing<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn take<'a>(&'a self, _: &'a pending::Id) -> pending::Storing<'a, pending::Taken> {
        Box::pin(async { Err(NoDecision::unavailable("the database is down")) })
    }
}

#[tokio::main]
async fn main() {
    let options: HashMap<String, String> = env::args()
        .skip(1)
        .map(|option| option.split_once('=').map(|(k, v)| (k.into(), v.into())).expect("KEY=VALUE"))
        .collect();
    let log = OpenOptions::new().append(true).create(true).open(&options["log"]).unwrap();
    let log = Log(Arc::new(Mutex::new(log)));
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    // Asked again as soon as they have said no: these tests are about other things.
    let pace = failclosed::approval::Pace::new().open_questions(64).pause(Duration::from_nanos(1));
    let guard = Guard::builder(subject, Prices, log.clone()).pace(pace).start().await.unwrap();
    let approvals = approvals(&options);
    let patience = options.get("patience").map_or(60_000, |patience| patience.parse().unwrap());
    let progress = options.get("progress").map_or(10_000, |every| every.parse().unwrap());
    let approvals = approvals
        .patience(Duration::from_millis(patience))
        .progress_interval(Duration::from_millis(progress));
    let guards = CallerGuards::new(guard).with_approvals(approvals).unwrap();
    match options.get("http") {
        None => {
            let (input, output) = stdio();
            let input = StrictInput::new(input);
            let running = Shop { guards, log }.serve((input, output)).await.unwrap();
            running.waiting().await.unwrap();
            // What is still asking learns now that the client is gone; its record is written.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Some(port) => {
            let guards = match options.get("callers") {
                Some(_) => guards,
                None => guards.identified_by(caller),
            };
            let shop = Shop { guards, log };
            let service = StreamableHttpService::new(
                move || Ok(shop.clone()),
                Arc::new(LocalSessionManager::default()),
                Default::default(),
            );
            let mut routes = axum::Router::new().nest_service("/mcp", service);
            if !options.contains_key("sessions") {
                routes = routes.layer(SessionLayer::in_process(caller).unwrap());
            }
            let routes = routes.layer(map_request(authenticated));
            let address = ("127.0.0.1", port.parse().unwrap());
            let listener = tokio::net::TcpListener::bind(address).await.unwrap();
            println!("http://{}/mcp", listener.local_addr().unwrap());
            axum::serve(listener, routes).await.unwrap();
        }
    }
}

/// Whom the layer that authenticates has found.
#[derive(Clone)]
struct User(&'static str);

async fn authenticated(mut request: axum::extract::Request) -> axum::extract::Request {
    let user = match request.headers().get("authorization").map(|value| value.as_bytes()) {
        Some(b"Bearer alice") => "alice",
        Some(b"Bearer mallory") => "mallory",
        _ => return request,
    };
    request.extensions_mut().insert(User(user));
    request
}

fn caller(verified: &Extensions) -> Result<Subject, NoDecision> {
    let Some(User(user)) = verified.get() else {
        return Err(NoDecision::not_configured("nobody is identified"));
    };
    Ok(Subject::agent("shopper")?.on_behalf_of(*user)?)
}

fn approvals(options: &HashMap<String, String>) -> SealedApprovals {
    let Some(key) = options.get("key") else { return SealedApprovals::in_process().unwrap() };
    let key = key.repeat(32).into_bytes();
    let keys = [("only", key.as_slice())];
    match options.get("pending").map(String::as_str) {
        None => SealedApprovals::shared("shop", "only", keys, pending::MemoryStore::default()),
        Some("full") => SealedApprovals::shared("shop", "only", keys, pending::MemoryStore::new(0)),
        Some("broken") => SealedApprovals::shared("shop", "only", keys, Broken),
        Some(other) => panic!("pending={other}"),
    }
    .unwrap()
}
