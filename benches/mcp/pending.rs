//! A thousand people are being asked, and their client goes away. Server and client are processes of
//! their own, and each round has a new one of both.

use std::{
    env, fs,
    future::pending,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use failclosed::{
    Guard,
    audit::{AuditSink, DecisionRecord, OutcomeRecord, Recording},
    authority::always_ask,
    mcp::{CallerGuards, SealedApprovals},
};
use failclosed_benches::Failure;
use rmcp::{
    ClientHandler, ErrorData, RoleClient, ServiceExt,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
        Implementation,
    },
    service::{ClientLifecycleMode, ClientServiceExt, RequestContext},
    transport::stdio,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    time::sleep,
};

use crate::{CLIENT, PATIENCE, PENDING, order, shop::Shop, subject};

const CALLS: usize = 1_000;

/// How a round ends.
const CANCELS: &str = "the client cancels each";
const KILLED: &str = "the client is killed";
const UNGUARDED: &str = "(an unguarded tool that asks by itself)";

/// What the client says on its way, on stderr.
const CONNECTED: &str = "connected";
const ASKED: &str = "asked";
const NOW: &str = "now";

/// Long enough for what was sent to have arrived.
const SETTLE: Duration = Duration::from_millis(300);

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

/// The server's memory while all wait, and how long until all are denied.
pub(crate) fn measure() -> Result<(), Failure> {
    println!("{CALLS} calls whose person has not answered, over stdio; the server's memory\n");
    println!("| what ends them | KiB a call | all denied after ms |");
    println!("| --- | ---: | ---: |");
    for (tool, end) in [("ask", UNGUARDED), ("charge", CANCELS), ("charge", KILLED)] {
        let mut server = Command::new(env::current_exe()?);
        let output = server.args([PENDING, tool, end]).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{end}: {}", output.status).into());
        }
        println!("| {end} | {} |", String::from_utf8(output.stdout)?.trim());
    }
    Ok(())
}

/// The server of one round. It starts its client, and measures.
pub(crate) async fn serve(tool: &str, end: &str) -> Result<(), Failure> {
    let denials = Denials::default();
    let guard = failclosed::danger::unchecked(
        Guard::builder(subject()?, always_ask("really?"), denials.clone()),
        "a benchmark",
    )?;
    let approvals = SealedApprovals::in_process()?
        .patience(PATIENCE)
        .silent_patience(PATIENCE)
        .waiting_per_subject(CALLS);
    let shop = Shop::new(CallerGuards::new(guard).with_approvals(approvals)?);
    let mut client = tokio::process::Command::new(env::current_exe()?)
        .args([CLIENT, tool, end])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(output), Some(input), Some(said)) =
        (client.stdout.take(), client.stdin.take(), client.stderr.take())
    else {
        return Err("the client has no pipes".into());
    };
    let mut said = BufReader::new(said).lines();
    let serving = shop.serve((output, input)).await?;
    tokio::spawn(serving.waiting());
    let mut next = async |wanted: &str| -> Result<(), Failure> {
        let line = said.next_line().await?.unwrap_or_default();
        if line == wanted { Ok(()) } else { Err(format!("the client said: {line}").into()) }
    };
    next(CONNECTED).await?;
    let before = resident()?;
    next(ASKED).await?;
    sleep(SETTLE / 2).await;
    let memory = (resident()? - before) / CALLS as f64;
    if end == UNGUARDED {
        println!("{memory:.1} |");
        return Ok(());
    }
    if end == CANCELS {
        next(NOW).await?;
    }
    let since = Instant::now();
    if end == KILLED {
        client.start_kill()?;
    }
    until(&denials.0).await;
    println!("{memory:.1} | {:.1}", since.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// The client of one round.
pub(crate) async fn ask(tool: &str, end: &str) -> Result<(), Failure> {
    let silent = Silent::default();
    let client = silent.clone().serve_with_lifecycle(stdio(), ClientLifecycleMode::Initialize);
    let client = client.await?;
    eprintln!("{CONNECTED}");
    sleep(SETTLE).await;
    let mut handles = Vec::new();
    for _ in 0..CALLS {
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(order());
        let request = rmcp::model::CallToolRequest::new(params);
        let options = rmcp::service::PeerRequestOptions::no_options();
        handles.push(client.send_cancellable_request(request.into(), options).await?);
    }
    until(&silent.0).await;
    eprintln!("{ASKED}");
    sleep(SETTLE).await;
    if end == CANCELS {
        eprintln!("{NOW}");
        for handle in handles {
            handle.cancel(None).await?;
        }
    }
    // Until it is killed.
    pending().await
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
