//! A guarded MCP tool beside an unguarded one, and many people being asked at once.
//!
//! `cargo bench -p failclosed-benches --bench mcp`

use std::{env, sync::Arc, time::Duration};

use failclosed::{
    Decision, Guard, Subject, answer_fn,
    mcp::{Approvals, Guards},
};
use failclosed_benches::{Failure, remote::runtime, rounds::Rounds};
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

/// This program, started again as a server over stdio.
const SERVE: &str = "serve";

type Client = RunningService<RoleClient, ()>;

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    if env::args().nth(1).as_deref() == Some(SERVE) {
        return runtime.block_on(async {
            drop(shop()?.serve(stdio()).await?.waiting().await?);
            Ok(())
        });
    }
    let (duplex, piped, http) = runtime.block_on(async {
        let shop = shop()?;
        Ok::<_, Failure>((duplex(shop.clone()).await?, piped().await?, http(shop).await?))
    })?;
    let mut rounds = Rounds::default();
    for (client, [unguarded, guarded]) in [(&duplex, DUPLEX), (&piped, STDIO), (&http, HTTP)] {
        rounds.awaited(unguarded, None, &runtime, async || call(client, "open").await);
        rounds.awaited(guarded, Some(unguarded), &runtime, async || call(client, "charge").await);
    }
    rounds.measure().print();
    println!();
    pending::measure()
}

fn subject() -> Result<Subject, Failure> {
    Ok(Subject::agent("shopper")?.on_behalf_of("alice")?)
}

fn shop() -> Result<Shop, Failure> {
    let guard = Guard::builder(subject()?, answer_fn(|_| Decision::allow().into())).build()?;
    // As a server has it: with a person to ask, who is not asked here.
    Ok(Shop::new(Guards::new(guard).with_approvals(Approvals::in_process()?)?))
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

async fn call(client: &Client, tool: &'static str) -> Result<(), Failure> {
    let result = client.call_tool(CallToolRequestParams::new(tool).with_arguments(order())).await?;
    if result.is_error == Some(true) {
        return Err("the tool was denied".into());
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
