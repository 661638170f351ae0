//! An ACP agent that asks its user about everything, and writes down what it did: `acp_shop LOG
//! PATIENCE_MS spawn|block|hold`. Told to `block`, it waits where an agent must not: in the handler.
//! Told to `hold`, its log is not done with a yes in the first turn before that is cancelled.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of the tests")]

use std::{
    env,
    fs::File,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use agent_client_protocol::{
    Agent, Client, Result, Stdio, on_receive_notification, on_receive_request,
    v1::{
        ConnectionTo,
        schema::{
            CancelNotification, ContentBlock, ContentChunk, InitializeRequest, InitializeResponse,
            NewSessionRequest, NewSessionResponse, PromptRequest, PromptResponse,
            SessionNotification, SessionUpdate,
        },
    },
};
use failclosed::{
    Denial, Guard, HasGuard, Subject,
    acp::{AcpApprover, Turn, Turns, blocked},
    audit::{AuditSink, DecisionRecord, Entry, OutcomeRecord, Recording, Verdict},
    authority::always_ask,
    requires_permission,
};

#[derive(Clone)]
struct Log(Arc<Mutex<File>>);

impl Log {
    fn write(&self, line: &str) {
        writeln!(self.0.lock().unwrap(), "{line}").unwrap();
    }
}

impl AuditSink for Log {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        self.write(&serde_json::to_string(&Entry::try_from(record).unwrap()).unwrap());
        Recording::ready(Ok(()))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        self.write(&serde_json::to_string(&Entry::from(record)).unwrap());
    }
}

/// A log that is slow.
struct Holds {
    turn: Turn,
    slow: bool,
}

impl AuditSink for Holds {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        match record.verdict {
            Verdict::Allow(_) if self.slow => Recording::pending(async {
                self.turn.cancelled().await;
                Ok(())
            }),
            Verdict::Allow(_) | Verdict::Deny(_) => Recording::ready(Ok(())),
        }
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    log: Log,
}

impl Shop {
    #[requires_permission(action = "purchase", resource = vendor)]
    async fn charge(&self, vendor: &str, amount: u64) -> std::result::Result<String, Denial> {
        self.log.write(r#"{"record":"ran"}"#);
        Ok(format!("bought for {amount} at {vendor}"))
    }
}

async fn turn(
    client: &ConnectionTo<Client>,
    prompt: &PromptRequest,
    turn: &Turn,
    patience: Duration,
    log: Log,
    slow: bool,
) -> Result<()> {
    let approver = AcpApprover::new(client.clone(), prompt.session_id.clone(), turn);
    let subject = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
    let builder =
        Guard::builder(subject, turn.until_cancelled(always_ask("really buy it?")), log.clone())
            // Asked again as soon as they have said no: these tests are about other things.
            .pace(failclosed::approval::Pace::new().pause(Duration::from_nanos(1)))
            .approver(approver, patience)
            .audit(Holds { turn: turn.clone(), slow });
    let guard = failclosed::danger::unchecked(builder, "it asks about everything").unwrap();
    let shop = Shop { guard, log };
    let vendor = match prompt.prompt.first() {
        Some(ContentBlock::Text(text)) => text.text.clone(),
        _ => "nobody".to_owned(),
    };
    let tell = |update| {
        client.send_notification(SessionNotification::new(prompt.session_id.clone(), update))
    };
    let text = match shop.charge(&vendor, 742).await {
        Ok(receipt) => receipt,
        Err(denial) => {
            tell(blocked(denial.call_id().to_string(), &denial))?;
            denial.to_string()
        }
    };
    tell(SessionUpdate::AgentMessageChunk(ContentChunk::new(text.into())))
}

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [log, patience, mode] = args.as_slice() else { panic!("LOG PATIENCE_MS spawn|block|hold") };
    let log =
        Log(Arc::new(Mutex::new(File::options().create(true).append(true).open(log).unwrap())));
    let patience = Duration::from_millis(patience.parse().unwrap());
    let block = mode == "block";
    let hold = AtomicBool::new(mode == "hold");
    let turns = Turns::new();
    let cancelled = turns.clone();
    Agent
        .v1()
        .on_receive_request(
            async |hello: InitializeRequest, responder, _| {
                responder.respond(InitializeResponse::new(hello.protocol_version))
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async |_: NewSessionRequest, responder, _| {
                responder.respond(NewSessionResponse::new("session-1"))
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |prompt: PromptRequest, responder, client: ConnectionTo<Client>| {
                let this = turns.begin(&prompt.session_id);
                let slow = hold.swap(false, Ordering::SeqCst);
                let (log, spawner) = (log.clone(), client.clone());
                let task = async move {
                    let told = turn(&client, &prompt, &this, patience, log, slow).await;
                    // A client that is gone is told nothing.
                    let _told = told
                        .and_then(|()| responder.respond(PromptResponse::new(this.stop_reason())));
                    Ok(())
                };
                if block { task.await } else { spawner.spawn(task) }
            },
            on_receive_request!(),
        )
        .on_receive_notification(
            async move |cancel: CancelNotification, _| {
                cancelled.cancel(&cancel.session_id);
                Ok(())
            },
            on_receive_notification!(),
        )
        .connect_to(Stdio::new())
        .await
}
