//! A server, and a client that sends what no SDK would: line by line, in both protocols.

use std::time::Duration;

use failclosed::{
    Authority, Guard, Subject,
    approval::Pace,
    audit::MemoryLog,
    guarded,
    mcp::{self, CallerGuards, SealedApprovals, StrictInput, ToolCall},
    requires_permission,
};
use failclosed_tests::{
    Shop,
    authorities::{Says, ask},
    decisions, outcomes,
};
use rmcp::{
    ErrorData, ServiceExt,
    handler::server::wrapper::Parameters,
    model::{CallToolResponse, CallToolResult},
    schemars::{self, JsonSchema},
    tool, tool_router,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Order {
    vendor: String,
    cents: u64,
    /// Not shown to anybody.
    #[serde(default)]
    card: String,
}

/// A person who is asked again as soon as they have said no: these tests are about other things.
fn brisk() -> Pace {
    Pace::new().open_questions(64).pause(Duration::from_nanos(1))
}

/// Everything needs a person's yes.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) guards: CallerGuards,
    pub(crate) shop: Shop,
    pub(crate) log: MemoryLog,
}

#[guarded]
#[tool_router(server_handler)]
impl Desk {
    /// Buys.
    #[requires_permission(
        action = "purchase", guard = self.guards.of(&call), skip(order),
        args(vendor = order.vendor, cents = order.cents), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn buy(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.shop.ran();
        let receipt = json!({ "vendor": order.vendor, "card": order.card });
        Ok(CallToolResult::structured(receipt).into())
    }

    /// Buys, and takes its arguments before anybody could look at them.
    #[requires_permission(
        action = "purchase", guard = self.guards.of(&call), skip(order),
        args(vendor = order.vendor, cents = order.cents), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn buy_backwards(
        &self,
        Parameters(order): Parameters<Order>,
        call: ToolCall,
    ) -> Result<CallToolResponse, ErrorData> {
        self.shop.ran();
        Ok(CallToolResult::structured(json!({ "card": order.card })).into())
    }

    /// Buys, and asks twice: before it begins, and before it pays.
    #[requires_permission(
        action = "purchase", guard = self.guards.of(&call), skip(order),
        args(vendor = order.vendor, cents = order.cents), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn buy_carefully(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.buy(call, Parameters(order)).await
    }

    /// Takes nothing.
    #[requires_permission(
        action = "close", guard = self.guards.of(&call), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn close(&self, call: ToolCall) -> Result<CallToolResponse, ErrorData> {
        self.shop.ran();
        Ok(CallToolResult::structured(json!({ "closed": true })).into())
    }

    #[unguarded(reason = "a constructor")]
    pub(crate) fn with(approvals: SealedApprovals) -> Self {
        Self::logged(approvals, |builder| builder)
    }

    /// Of somebody, with another authority.
    #[unguarded(reason = "a constructor")]
    pub(crate) fn of(
        user: &str,
        authority: impl Authority + 'static,
        approvals: SealedApprovals,
    ) -> Self {
        let log = MemoryLog::new();
        let subject = Subject::agent("shopper").unwrap().on_behalf_of(user).unwrap();
        let guard = failclosed::danger::unchecked(
            Guard::builder(subject, authority, log.clone()).pace(brisk()),
            "a test",
        )
        .unwrap();
        let guards = CallerGuards::new(guard.clone()).with_approvals(approvals).unwrap();
        Self { guards, shop: Shop::new(guard), log }
    }

    /// With something more in its guard.
    #[unguarded(reason = "a constructor")]
    pub(crate) fn logged(
        approvals: SealedApprovals,
        more: impl FnOnce(failclosed::guard::GuardBuilder) -> failclosed::guard::GuardBuilder,
    ) -> Self {
        let log = MemoryLog::new();
        let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
        let guard = more(Guard::builder(subject, Says(ask), log.clone()).pace(brisk()));
        let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
        let guards = CallerGuards::new(guard.clone()).with_approvals(approvals).unwrap();
        Self { guards, shop: Shop::new(guard), log }
    }

    /// `allow`, or the cause of the denial, in order.
    #[unguarded(reason = "reads the log")]
    pub(crate) fn decided(&self) -> Vec<String> {
        let cause = |entry: &failclosed::audit::DecisionEntry| match entry.cause {
            None => entry.verdict.to_owned(),
            Some(cause) => cause.to_string(),
        };
        decisions(&self.log).iter().map(cause).collect()
    }

    #[unguarded(reason = "reads the log")]
    pub(crate) fn outcomes(&self) -> usize {
        outcomes(&self.log).len()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    Waits,
    Travels,
}

pub(crate) struct Raw {
    input: WriteHalf<DuplexStream>,
    output: tokio::io::Lines<BufReader<ReadHalf<DuplexStream>>>,
    era: Era,
    calls: u64,
}

impl Raw {
    pub(crate) async fn connect(desk: &Desk, era: Era) -> Self {
        let (here, there) = tokio::io::duplex(256 * 1024);
        let desk = desk.clone();
        tokio::spawn(async move { desk.serve(there).await.unwrap().waiting().await });
        Self::greeting(here, era).await
    }

    /// To a server that reads its input strictly.
    pub(crate) async fn connect_strictly(desk: &Desk, era: Era) -> Self {
        let (here, there) = tokio::io::duplex(256 * 1024);
        let (input, output) = tokio::io::split(there);
        let (input, desk) = (StrictInput::new(input), desk.clone());
        tokio::spawn(async move { desk.serve((input, output)).await.unwrap().waiting().await });
        Self::greeting(here, era).await
    }

    async fn greeting(here: DuplexStream, era: Era) -> Self {
        let (output, input) = tokio::io::split(here);
        let output = BufReader::new(output).lines();
        let mut raw = Self { input, output, era, calls: 100 };
        if era == Era::Waits {
            let hello = json!({
                "protocolVersion": "2025-06-18", "capabilities": {"elicitation": {}},
                "clientInfo": {"name": "raw", "version": "1"},
            });
            let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
            raw.send(&[hello]).await;
            raw.until(|message| message["id"] == 1).await;
            let ready = "notifications/initialized";
            raw.send(&[json!({"jsonrpc": "2.0", "method": ready})]).await;
        }
        raw
    }

    /// All in one write.
    pub(crate) async fn send(&mut self, messages: &[Value]) {
        let text: String = messages.iter().map(|message| format!("{message}\n")).collect();
        self.input.write_all(text.as_bytes()).await.unwrap();
    }

    /// As it stands: what no serializer would write.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_piece(text).await;
        self.send_piece("\n").await;
    }

    pub(crate) async fn send_piece(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).await.unwrap();
    }

    pub(crate) async fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.output.next_line().await.unwrap().expect("the server went away");
            let message: Value = serde_json::from_str(&line).unwrap();
            if is_it(&message) {
                return message;
            }
        }
    }

    /// A call, with whatever else its parameters hold.
    pub(crate) fn calling(&mut self, arguments: Value, more: Value) -> (u64, Value) {
        self.calls += 1;
        let mut params = json!({"name": "buy", "arguments": arguments});
        if self.era == Era::Travels {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
            });
        }
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        let id = self.calls;
        (id, json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
    }

    pub(crate) async fn call(&mut self, arguments: Value, more: Value) -> Value {
        let (id, call) = self.calling(arguments, more);
        self.send(&[call]).await;
        self.result(id).await
    }

    /// What became of a call.
    pub(crate) async fn result(&mut self, id: u64) -> Value {
        let reply = self.until(|message| message["id"] == id && message["method"].is_null()).await;
        assert!(reply["error"].is_null(), "a protocol error: {reply}");
        reply["result"].clone()
    }

    /// The next question to the person, where the call waits.
    pub(crate) async fn question(&mut self) -> Value {
        self.until(|message| message["method"] == "elicitation/create").await
    }
}

pub(crate) fn order() -> Value {
    json!({"vendor": "coachella.com", "cents": 742, "card": "4242"})
}

pub(crate) fn accepted() -> Value {
    json!({"action": "accept", "content": {"approve": true}})
}

/// A question, as the client holds it.
pub(crate) struct Open {
    pub(crate) state: String,
    pub(crate) key: String,
}

/// Asks for something; the question that comes back.
pub(crate) async fn asked(raw: &mut Raw, arguments: Value) -> Open {
    let result = raw.call(arguments, json!({})).await;
    open(&result)
}

#[track_caller]
pub(crate) fn open(result: &Value) -> Open {
    assert_eq!(result["resultType"], "input_required", "{result}");
    let requests = result["inputRequests"].as_object().unwrap();
    assert_eq!(requests.len(), 1);
    let key = requests.keys().next().unwrap().clone();
    Open { state: result["requestState"].as_str().unwrap().to_owned(), key }
}

/// A yes to it.
pub(crate) fn answering(state: &str, key: &str) -> Value {
    json!({"requestState": state, "inputResponses": {key: accepted()}})
}

/// A denial, as the model gets it.
#[track_caller]
pub(crate) fn blocked(result: &Value, cause: &str) {
    assert_eq!(result["isError"], true, "{result}");
    assert_eq!(result["_meta"]["failclosed/cause"], cause, "{result}");
    assert!(result["structuredContent"].is_null(), "{result}");
}
