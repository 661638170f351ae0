//! `cargo run -p failclosed-examples --features acp --example acp_agent`: a shopping agent for
//! editors, over stdio. Small purchases are made, for large ones the user is asked, refunds are denied.
//! `examples/README.md` shows how to talk to it.

use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use agent_client_protocol::{
    Agent, Client, Stdio, on_receive_notification, on_receive_request,
    v1::{
        ConnectionTo,
        schema::{
            CancelNotification, ContentBlock, ContentChunk, InitializeRequest, InitializeResponse,
            NewSessionRequest, NewSessionResponse, PromptRequest, PromptResponse, SessionId,
            SessionNotification, SessionUpdate,
        },
    },
};
use failclosed::{
    Action, Denial, Guard, HasGuard, Locked, Permit, Subject,
    acp::{AcpApprover, Turn, Turns, blocked},
    requires_permission,
};
use failclosed_examples::{Stderr, agent_policies, euros};

/// How long the user may think.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is permitted.
#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

/// What a purchase costs somebody. Locked: without a permit nobody reaches it.
struct Till;

/// The tools of one turn.
#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    till: Locked<Till, Purchase>,
}

impl Shop {
    #[requires_permission(action = Purchase, resource = ("Vendor", vendor))]
    async fn purchase(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        vendor: &str,
        cents: i64,
    ) -> Result<String, Denial> {
        let Till = self.till.open(&permit);
        // Not `println!`: that is the wire.
        eprintln!(">>> the card is charged {} at {vendor}", euros(cents));
        Ok(format!("bought for {} at {vendor}", euros(cents)))
    }

    #[requires_permission(action = "refund", resource = ("Vendor", vendor))]
    async fn refund(&self, vendor: &str, receipt: &str) -> Result<String, Denial> {
        eprintln!(">>> money is given back for {receipt}");
        Ok(format!("{vendor} gave money back for {receipt}"))
    }
}

/// Stands for your model: it understands `buy CENTS VENDOR`, `refund RECEIPT VENDOR` and `prices`.
async fn model(prompt: &str, shop: &Shop) -> Result<String, Denial> {
    match prompt.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["buy", cents, vendor] => match cents.parse() {
            Ok(cents) => shop.purchase(vendor, cents).await,
            Err(_) => Ok(format!("`{cents}` is no amount in cents")),
        },
        ["refund", receipt, vendor] => shop.refund(vendor, receipt).await,
        ["prices"] => Ok("a ticket: 80.00 EUR, a box seat: 120.00 EUR, a pass: 742.00 EUR".into()),
        _ => Ok("say `buy CENTS VENDOR`, `refund RECEIPT VENDOR` or `prices`".into()),
    }
}

/// Everything that follows from one prompt.
async fn turn(
    started: Guard,
    client: ConnectionTo<Client>,
    prompt: PromptRequest,
    turn: &Turn,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let session = prompt.session_id;
    let guard = turn.guard(&started)?;
    let guard = guard.asking(AcpApprover::new(client.clone(), session.clone(), turn), PATIENCE)?;
    let shop = Shop { guard, till: Locked::new(Till) };
    let text: String = prompt.prompt.iter().filter_map(text_of).collect();
    let reply = match model(&text, &shop).await {
        Ok(reply) => reply,
        Err(denial) => {
            tell(&client, &session, blocked(denial.call_id().to_string(), &denial))?;
            denial.to_string()
        }
    };
    let reply = ContentChunk::new(ContentBlock::from(reply));
    tell(&client, &session, SessionUpdate::AgentMessageChunk(reply))?;
    Ok(())
}

fn tell(
    client: &ConnectionTo<Client>,
    session: &SessionId,
    update: SessionUpdate,
) -> agent_client_protocol::Result<()> {
    client.send_notification(SessionNotification::new(session.clone(), update))
}

fn text_of(block: &ContentBlock) -> Option<&str> {
    if let ContentBlock::Text(text) = block { Some(&text.text) } else { None }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Who acts is known from the transport: over stdio, whoever started this program.
    let alices = Subject::agent("shopper")?.on_behalf_of("alice")?;
    // Refuses to start with policies that cannot say no.
    let guard = Guard::builder(alices, agent_policies()?, Stderr).start().await?;
    let (turns, sessions) = (Turns::new(), AtomicU64::new(1));
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
            async move |_: NewSessionRequest, responder, _| {
                let id = format!("session-{}", sessions.fetch_add(1, Ordering::Relaxed));
                responder.respond(NewSessionResponse::new(id))
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |prompt: PromptRequest, responder, client: ConnectionTo<Client>| {
                // Here, and not in the task: a cancel that comes next must find it.
                let this = turns.begin(&prompt.session_id);
                let work = (guard.clone(), client.clone(), prompt);
                // In a task: the user's answer comes through the loop that called this handler.
                client.spawn(async move {
                    let (guard, client, prompt) = work;
                    if let Err(error) = turn(guard, client, prompt, &this).await {
                        eprintln!("the turn ended early: {error}");
                    }
                    responder.respond(PromptResponse::new(this.stop_reason()))
                })
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
        .map_err(|error| format!("the connection to the editor broke: {error}"))?;
    Ok(())
}
