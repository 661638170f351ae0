//! `cargo run -p failclosed-examples --features mcp --example mcp_server [-- --http PORT]`: a shop for
//! agents. Small purchases are made, for large ones the person behind the client is asked, refunds
//! are denied; over HTTP each caller is somebody else. `examples/README.md` shows how to talk to it.

use std::{env, error::Error, sync::Arc};

use axum::{
    Router,
    extract::Request,
    http::{Extensions, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use failclosed::{
    Action, Guard, Locked, NoDecision, Permit, Subject, guarded,
    mcp::{self, CallerGuards, SealedApprovals, SessionLayer, StrictInput, ToolCall},
    requires_permission,
};
use failclosed_examples::{Stderr, agent_policies, euros};
use rmcp::{
    ErrorData, Json, ServiceExt,
    handler::server::{tool::schema_for_output, wrapper::Parameters},
    model::{CallToolResponse, CallToolResult},
    schemars::{self, JsonSchema},
    tool, tool_router,
    transport::{
        stdio,
        streamable_http_server::{
            StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
        },
    },
};
use serde::{Deserialize, Serialize};

/// What is permitted.
#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

/// What the model fills in. None of it says who calls.
#[derive(Deserialize, JsonSchema)]
struct Order {
    vendor: String,
    /// The amount in cents.
    cents: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    vendor: String,
    receipt: String,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    receipt: String,
}

/// What a purchase costs somebody. Locked: without a permit nobody reaches it.
struct Till;

#[derive(Clone)]
struct Shop {
    guards: CallerGuards,
    till: Arc<Locked<Till, Purchase>>,
}

// `#[guarded]` on top: a tool that was forgotten does not compile.
#[guarded]
#[tool_router(server_handler)]
impl Shop {
    #[unguarded(reason = "builds the value; acts on nothing")]
    fn new(guards: CallerGuards) -> Self {
        Self { guards, till: Arc::new(Locked::new(Till)) }
    }

    /// The prices at a vendor.
    #[unguarded(reason = "public, and only read")]
    #[tool(annotations(read_only_hint = true))]
    async fn price_list(&self) -> String {
        "a concert ticket: 80.00 EUR, a box seat: 120.00 EUR, a festival pass: 742.00 EUR"
            .to_owned()
    }

    /// Buys something. Above 100.00 EUR a person is asked.
    // `tool_response`: it can end the call with a question.
    #[requires_permission(
        action = Purchase, resource = ("Vendor", &vendor), guard = self.guards.of(&call),
        on_denied = mcp::tool_response
    )]
    #[tool(output_schema = schema_for_output::<Receipt>(), annotations(destructive_hint = true))]
    async fn purchase(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        call: ToolCall,
        Parameters(Order { vendor, cents }): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Till = self.till.open(&permit);
        // Not `println!`: over stdio that is the wire.
        eprintln!(">>> the card is charged {} at {vendor}", euros(cents));
        let receipt = format!("{} at {vendor}", euros(cents));
        Ok(CallToolResult::structured(serde_json::json!(Receipt { receipt })).into())
    }

    /// Gives money back.
    #[requires_permission(
        action = "refund", resource = ("Vendor", &vendor), guard = self.guards.of(&call)
    )]
    #[tool]
    async fn refund(
        &self,
        call: ToolCall,
        Parameters(Refund { vendor, receipt }): Parameters<Refund>,
    ) -> Result<Json<Receipt>, failclosed::Denial> {
        eprintln!(">>> money is given back for {receipt} to {vendor}");
        Ok(Json(Receipt { receipt }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Over stdio the caller is who started this program.
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    // Refuses to start with an authority that cannot say no.
    let guard = Guard::builder(subject, agent_policies()?, Stderr).start().await?;
    let guards = CallerGuards::new(guard).with_approvals(SealedApprovals::in_process()?)?;
    match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => {
            // Answers are read strictly, before the SDK reads them.
            let (input, output) = stdio();
            let input = StrictInput::new(input);
            Shop::new(guards).serve((input, output)).await?.waiting().await?;
            Ok(())
        }
        [flag, port] if flag == "--http" => http(guards, port.parse()?).await,
        _ => Err("usage: mcp_server [--http PORT]".into()),
    }
}

/// Who calls, once the token was checked.
#[derive(Clone)]
struct Verified(&'static str);

async fn http(guards: CallerGuards, port: u16) -> Result<(), Box<dyn Error>> {
    let shop = Shop::new(guards.identified_by(caller));
    let service = StreamableHttpService::new(
        move || Ok(shop.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    // Before protocol 2026-07-28 an answer is whoever's who knows the session, unless it is bound.
    let sessions = SessionLayer::in_process(caller)?;
    let routes =
        Router::new().nest_service("/mcp", service).layer(sessions).layer(from_fn(authenticate));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("listening on http://{}/mcp", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

fn caller(verified: &Extensions) -> Result<Subject, NoDecision> {
    match verified.get::<Verified>() {
        Some(Verified(user)) => Ok(Subject::agent("shopper")?.on_behalf_of(*user)?),
        None => Err(NoDecision::not_configured("no layer has verified the caller")),
    }
}

/// Stands for your own: whoever has no token that is known here gets no further.
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let user = match token {
        Some("Bearer alices-token") => "alice",
        Some("Bearer mallorys-token") => "mallory",
        _ => return StatusCode::UNAUTHORIZED.into_response(),
    };
    request.extensions_mut().insert(Verified(user));
    next.run(request).await
}
