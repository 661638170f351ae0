//! The Rust SDK as the client.

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use agent_client_protocol::{
    ByteStreams, Client, Error, on_receive_request,
    schema::ProtocolVersion,
    v1::schema::{
        ContentBlock, InitializeRequest, NewSessionRequest, PermissionOptionId,
        PermissionOptionKind, PromptRequest, RequestPermissionOutcome, RequestPermissionRequest,
        RequestPermissionResponse, SelectedPermissionOutcome,
    },
};
use failclosed_peers::acp::Log;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use super::{AGENT, PATIENT, assert_denied_then_healthy};

type Reply = Result<RequestPermissionOutcome, Error>;

fn option(request: &RequestPermissionRequest, kind: PermissionOptionKind) -> PermissionOptionId {
    request.options.iter().find(|option| option.kind == kind).unwrap().option_id.clone()
}

fn selected(id: impl Into<PermissionOptionId>) -> Reply {
    Ok(RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id)))
}

/// Answers the first question as it is told (not at all, with `None`), the second with an allow.
async fn run(
    first: impl Fn(&RequestPermissionRequest) -> Option<Reply> + Send + Sync + 'static,
) -> Log {
    let log = Log::new();
    let mut agent = tokio::process::Command::new(AGENT)
        .arg(&log.0)
        .args([PATIENT, "spawn"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let transport = ByteStreams::new(
        agent.stdin.take().unwrap().compat_write(),
        agent.stdout.take().unwrap().compat(),
    );
    let asked = Arc::new(AtomicUsize::new(0));
    Client
        .v1()
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _| {
                let reply = match asked.fetch_add(1, Ordering::SeqCst) {
                    0 => first(&request),
                    _ => Some(selected(option(&request, PermissionOptionKind::AllowOnce))),
                };
                match reply {
                    Some(reply) => {
                        responder.respond_with_result(reply.map(RequestPermissionResponse::new))
                    }
                    // Dropped without an answer.
                    None => Ok(()),
                }
            },
            on_receive_request!(),
        )
        .connect_with(transport, async |agent| {
            agent.send_request(InitializeRequest::new(ProtocolVersion::V1)).block_task().await?;
            let new = NewSessionRequest::new(std::env::current_dir().unwrap());
            let session = agent.send_request(new).block_task().await?.session_id;
            for text in ["first.example", "second.example"] {
                let text = vec![ContentBlock::from(text)];
                agent.send_request(PromptRequest::new(session.clone(), text)).block_task().await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    log
}

#[tokio::test]
async fn rust_allows() {
    let log = run(|request| Some(selected(option(request, PermissionOptionKind::AllowOnce)))).await;
    assert_eq!(log.events(), ["allow", "ran", "allow", "ran"]);
}

#[tokio::test]
async fn rust_denies_in_every_way() {
    type Behaviour = fn(&RequestPermissionRequest) -> Option<Reply>;
    let rows: [(Behaviour, &str); 7] = [
        (|request| Some(selected(option(request, PermissionOptionKind::RejectOnce))), "denied"),
        (|_| Some(Ok(RequestPermissionOutcome::Cancelled)), "denied"),
        (|_| Some(selected("allow-once")), "malformed"),
        (|_| Some(selected("allow_always")), "malformed"),
        (|request| Some(selected(request.options[0].name.clone())), "malformed"),
        (|_| Some(Err(Error::internal_error())), "unavailable"),
        (|_| None, "unavailable"),
    ];
    for (row, (behaviour, cause)) in rows.into_iter().enumerate() {
        let log = run(behaviour).await;
        assert_denied_then_healthy(&log, cause, &format!("row {row}"));
    }
}
