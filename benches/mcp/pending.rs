//! A thousand people are being asked, and their client goes away.

use std::{
    fs,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use failclosed::{
    Guard, always_ask,
    audit::{AuditSink, DecisionRecord, OutcomeRecord, Recording},
    mcp::{Approvals, Guards},
};
use failclosed_benches::{Failure, remote::runtime};
use rmcp::{
    ClientHandler, ErrorData, RoleClient, ServiceExt,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
        Implementation,
    },
    service::{ClientLifecycleMode, ClientServiceExt, RequestContext},
};
use tokio::time::sleep;

use crate::{PATIENCE, order, shop::Shop, subject};

const CALLS: usize = 1_000;

/// Counts those it shows the form to, who never answer.
#[derive(Clone, Default)]
struct Silent(Arc<AtomicUsize>);

impl ClientHandler for Silent {
    fn get_info(&self) -> ClientConfig {
        let capabilities = ClientCapabilities::builder().enable_elicitation().build();
        ClientConfig::new(capabilities, Implementation::default())
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.0.fetch_add(1, Ordering::SeqCst);
        pending().await
    }
}

#[derive(Clone, Default)]
struct Denials(Arc<AtomicUsize>);

impl AuditSink for Denials {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        self.0.fetch_add(usize::from(record.verdict.cause().is_some()), Ordering::SeqCst);
        Recording::ready(Ok(()))
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}

/// Memory while all wait, and how long until all are denied: where each call is cancelled by its
/// client, and where the client is gone.
pub(crate) fn measure() -> Result<(), Failure> {
    println!("{CALLS} calls whose person has not answered; server and client in one process\n");
    println!("| what ends them | KiB a call | all denied after ms |");
    println!("| --- | ---: | ---: |");
    for gone in [false, true] {
        // A runtime of its own, so that nothing of the other round is left.
        let (memory, took) = runtime()?.block_on(round(gone))?;
        let what = if gone { "the client goes away" } else { "the client cancels each" };
        println!("| {what} | {memory:.1} | {:.1} |", took.as_secs_f64() * 1e3);
    }
    Ok(())
}

async fn round(gone: bool) -> Result<(f64, Duration), Failure> {
    let denials = Denials::default();
    let guard = Guard::builder(subject()?, always_ask("really?")).audit(denials.clone()).build()?;
    let approvals = Approvals::in_process()?.patience(PATIENCE);
    let shop = Shop::new(Guards::new(guard).with_approvals(approvals)?);
    let (here, there) = tokio::io::duplex(1024 * 1024);
    tokio::spawn(async move {
        if let Ok(server) = shop.serve(there).await {
            drop(server.waiting().await);
        }
    });
    let silent = Silent::default();
    let lifecycle = ClientLifecycleMode::Initialize;
    let client = silent.clone().serve_with_lifecycle(here, lifecycle).await?;
    let before = resident()?;
    let mut handles = Vec::new();
    for _ in 0..CALLS {
        let params = CallToolRequestParams::new("charge").with_arguments(order());
        let request = rmcp::model::CallToolRequest::new(params);
        let options = rmcp::service::PeerRequestOptions::no_options();
        handles.push(client.send_cancellable_request(request.into(), options).await?);
    }
    until(&silent.0).await;
    let memory = (resident()? - before) / CALLS as f64;
    let since = Instant::now();
    if gone {
        client.cancel().await?;
    } else {
        for handle in handles {
            handle.cancel(None).await?;
        }
    }
    until(&denials.0).await;
    Ok((memory, since.elapsed()))
}

async fn until(count: &AtomicUsize) {
    while count.load(Ordering::SeqCst) < CALLS {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Resident memory of this process, in KiB.
fn resident() -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
