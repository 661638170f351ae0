//! A guarded MCP tool beside an unguarded one, and many people being asked at once.
//!
//! `cargo bench -p failclosed-benches --bench mcp`

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use failclosed::{
    Decision, Guard, Subject,
    authority::answer_fn,
    mcp::{CallerGuards, SealedApprovals},
};
use failclosed_benches::{Failure, remote::runtime, rounds::Rounds};
use http::Extensions;
use rmcp::{
    RoleClient, ServiceExt,
    model::CallToolRequestParams,
    service::RunningService,
    transport::{
        ConfigureCommandExt, StreamableHttpClientTransport, TokioChildProcess, stdio,
        streamable_http_server::{StreamableHttpService, session::local::LocalSessionManager},
    },
};

mod pending;
mod shop;

use shop::Shop;

/// Each transport, with the names of its two rows.
const DUPLEX: [&str; 2] = ["duplex stream: unguarded tool", "duplex stream: guarded tool"];
const STDIO: [&str; 2] = ["stdio: unguarded tool", "stdio: guarded tool"];
const HTTP: [&str; 2] = ["HTTP: unguarded tool", "HTTP: guarded tool"];

/// This program, started again: as a server over stdio, as one whose people are being asked, and as
/// their client.
const SERVE: &str = "serve";
const PENDING: &str = "pending";
const CLIENT: &str = "client";

/// Calls to an operation, after the first ones of a sample: those wake what slept meanwhile, and
/// would be charged to the row that happens to come first.
const CALLS: u32 = 16;
const WAKING: u32 = 4;

type Client = RunningService<RoleClient, ()>;

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    let role: Vec<String> = env::args().skip(1).collect();
    match role.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [SERVE] => {
            return runtime.block_on(async {
                drop(Shop::new(guards()?).serve(stdio()).await?.waiting().await?);
                Ok(())
            });
        }
        [PENDING, tool, end] => return runtime.block_on(pending::serve(tool, end)),
        [CLIENT, tool, end] => return runtime.block_on(pending::ask(tool, end)),
        _ => {}
    }
    let (duplex, piped, http) = runtime.block_on(async {
        let caller = subject()?;
        // Over HTTP somebody has to say who calls.
        let identified = guards()?.identified_by(move |_: &Extensions| Ok(caller.clone()));
        let duplex = duplex(Shop::new(guards()?)).await?;
        Ok::<_, Failure>((duplex, piped().await?, http(Shop::new(identified)).await?))
    })?;
    let mut rounds = Rounds::default();
    for (client, [unguarded, guarded]) in [(&duplex, DUPLEX), (&piped, STDIO), (&http, HTTP)] {
        let rows = [(unguarded, None, "open"), (guarded, Some(unguarded), "charge")];
        for (row, over, tool) in rows {
            let runtime = &runtime;
            rounds.sampled(row, over, move |operations| {
                runtime.block_on(sample(client, tool, operations))
            });
        }
    }
    rounds.measure().print();
    println!();
    pending::measure()
}

fn subject() -> Result<Subject, Failure> {
    Ok(Subject::agent("shopper")?.on_behalf_of("alice")?)
}

fn guards() -> Result<CallerGuards, Failure> {
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            subject()?,
            answer_fn(|_| Decision::allow().into()),
            failclosed::danger::unrecorded("a benchmark")?,
        ),
        "a benchmark",
    )?;
    // As a server has it: with a person to ask, who is not asked here.
    Ok(CallerGuards::new(guard).with_approvals(SealedApprovals::in_process()?)?)
}

async fn piped() -> Result<Client, Failure> {
    let server = tokio::process::Command::new(env::current_exe()?).configure(|command| {
        command.arg(SERVE);
    });
    Ok(().serve(TokioChildProcess::new(server)?).await?)
}

async fn duplex(shop: Shop) -> Result<Client, Failure> {
    let (here, there) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        if let Ok(server) = shop.serve(there).await {
            drop(server.waiting().await);
        }
    });
    Ok(().serve(here).await?)
}

async fn http(shop: Shop) -> Result<Client, Failure> {
    // The client builds TLS up front, also for what is not TLS. An error: there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let service = StreamableHttpService::new(
        move || Ok(shop.clone()),
        Arc::new(LocalSessionManager::default()),
        Default::default(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let routes = axum::Router::new().nest_service("/mcp", service);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(().serve(StreamableHttpClientTransport::from_uri(url)).await?)
}

async fn sample(client: &Client, tool: &'static str, operations: u32) -> Duration {
    let calls = async |count| {
        for _ in 0..count {
            // A bench that measures an error measures nothing.
            #[allow(clippy::expect_used, reason = "it ends the bench")]
            call(client, tool).await.expect("the call is served");
        }
    };
    calls(WAKING).await;
    let start = Instant::now();
    calls(operations * CALLS).await;
    start.elapsed() / CALLS
}

async fn call(client: &Client, tool: &'static str) -> Result<(), Failure> {
    let result = client.call_tool(CallToolRequestParams::new(tool).with_arguments(order())).await?;
    if result.is_error == Some(true) {
        return Err(format!("{tool}: {:?}", result.content).into());
    }
    Ok(())
}

fn order() -> serde_json::Map<String, serde_json::Value> {
    [("vendor".to_owned(), "coachella.com".into()), ("cents".to_owned(), 742.into())]
        .into_iter()
        .collect()
}

/// How long nobody answers in `pending`.
const PATIENCE: Duration = Duration::from_secs(600);
