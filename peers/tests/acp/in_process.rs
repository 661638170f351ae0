//! An agent and its client in one task, on a clock that moves when everybody waits: so that nothing
//! here depends on how busy the machine is.

use std::time::Duration;

use agent_client_protocol::{
    Agent, ByteStreams, Client, on_receive_notification, on_receive_request,
    v1::{
        ConnectionTo,
        schema::{CancelNotification, ContentBlock, PromptRequest, PromptResponse},
    },
};
use failclosed::{
    Guard, Subject,
    acp::{AcpApprover, Turns},
    authority::always_ask,
};
use failclosed_tests::Shop;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf},
    time::{Instant, sleep},
};
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

/// Asks about each line of a prompt at once.
async fn agent(pipe: DuplexStream, shop: Shop) -> agent_client_protocol::Result<()> {
    let (output, input) = tokio::io::split(pipe);
    let turns = Turns::new();
    let cancelled = turns.clone();
    Agent
        .v1()
        .on_receive_request(
            async move |prompt: PromptRequest, responder, client: ConnectionTo<Client>| {
                let turn = turns.begin(&prompt.session_id);
                let approver = AcpApprover::new(client.clone(), prompt.session_id, &turn);
                let guard = shop.guard().asking(approver, Duration::from_secs(60)).unwrap();
                let shop = shop.clone();
                let Some(ContentBlock::Text(text)) = prompt.prompt.into_iter().next() else {
                    panic!("a prompt is text")
                };
                client.spawn(async move {
                    let mut lines = text.text.lines().map(str::to_owned);
                    let (first, second) = (lines.next().unwrap(), lines.next());
                    let second = async {
                        if let Some(second) = second {
                            let _said = buy(&guard, &shop, second).await;
                        }
                    };
                    let _said = tokio::join!(buy(&guard, &shop, first), second);
                    responder.respond(PromptResponse::new(turn.stop_reason()))
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
        .connect_to(ByteStreams::new(input.compat_write(), output.compat()))
        .await
}

#[failclosed::requires_permission(action = "purchase", guard = guard, skip(guard, shop))]
async fn buy(guard: &Guard, shop: &Shop, what: String) -> Result<(), failclosed::Denial> {
    assert!(!what.is_empty());
    shop.ran();
    Ok(())
}

struct Editor {
    input: WriteHalf<DuplexStream>,
    output: tokio::io::Lines<BufReader<ReadHalf<DuplexStream>>>,
}

impl Editor {
    async fn send(&mut self, message: Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.output.next_line().await.unwrap().expect("the agent went away");
            let message: Value = serde_json::from_str(&line).unwrap();
            if is_it(&message) {
                return message;
            }
        }
    }
}

/// An editor whose user has sent a prompt.
async fn prompted(text: &str) -> (Editor, Shop) {
    let subject = Subject::agent("shopper").unwrap();
    let shop = Shop::new(
        failclosed::danger::unchecked(
            Guard::builder(subject, always_ask("really?"), failclosed::audit::MemoryLog::new()),
            "a test",
        )
        .unwrap(),
    );
    let (here, there) = tokio::io::duplex(256 * 1024);
    tokio::spawn(agent(there, shop.clone()));
    let (output, input) = tokio::io::split(here);
    let mut editor = Editor { input, output: BufReader::new(output).lines() };
    let params = json!({"sessionId": "s", "prompt": [{"type": "text", "text": text}]});
    let prompt = json!({"jsonrpc": "2.0", "id": 1, "method": "session/prompt", "params": params});
    editor.send(prompt).await;
    (editor, shop)
}

impl Editor {
    async fn question(&mut self) -> Value {
        self.until(|message| message["method"] == "session/request_permission").await
    }

    /// Answers one question with an option of another.
    async fn selects(&mut self, question: &Value, of: &Value, option: usize) {
        let id = &of["params"]["options"][option]["optionId"];
        let outcome = json!({"outcome": "selected", "optionId": id});
        let result = json!({"outcome": outcome});
        self.send(json!({"jsonrpc": "2.0", "id": question["id"], "result": result})).await;
    }

    async fn ended(&mut self) -> Value {
        self.until(|message| message["id"] == 1).await["result"]["stopReason"].clone()
    }
}

/// Says yes, and cancels so much later. How many bodies ran, and why the turn ended.
async fn cancelled_after(delay: Duration) -> (usize, Value) {
    let (mut editor, shop) = prompted("a ticket").await;
    let question = editor.question().await;
    let since = Instant::now();
    editor.selects(&question, &question, 0).await;
    // Time passes when there is nothing else to do: the agent has the yes by then.
    sleep(delay).await;
    assert_eq!(since.elapsed(), delay, "the clock is not a test's to stop");
    let params = json!({"sessionId": "s"});
    editor.send(json!({"jsonrpc": "2.0", "method": "session/cancel", "params": params})).await;
    let ended = editor.ended().await;
    (shop.bodies(), ended)
}

#[tokio::test(start_paused = true)]
async fn a_cancel_right_behind_a_yes_wins() {
    for delay in [0, 1, 10, 19] {
        let ended = cancelled_after(Duration::from_millis(delay)).await;
        assert_eq!(ended, (0, json!("cancelled")), "{delay} ms");
    }
}

/// And no longer than that: the person is not kept waiting.
#[tokio::test(start_paused = true)]
async fn a_yes_is_held_back_for_a_moment_only() {
    let (bodies, _) = cancelled_after(Duration::from_millis(25)).await;
    assert_eq!(bodies, 1);
}

/// Two questions are open at once, and the yes to one is sent as the answer to the other.
#[tokio::test(start_paused = true)]
async fn a_yes_to_one_question_is_none_to_the_other() {
    let (mut editor, shop) = prompted("a ticket\nan island").await;
    let (one, two) = (editor.question().await, editor.question().await);
    assert_ne!(one["params"]["toolCall"]["toolCallId"], two["params"]["toolCall"]["toolCallId"]);
    editor.selects(&one, &two, 0).await;
    editor.selects(&two, &one, 0).await;
    assert_eq!(editor.ended().await, "end_turn");
    assert_eq!(shop.bodies(), 0);
    // Each with its own: a no to one is no no to the other.
    let (mut editor, shop) = prompted("a ticket\nan island").await;
    let (one, two) = (editor.question().await, editor.question().await);
    editor.selects(&one, &one, 0).await;
    editor.selects(&two, &two, 1).await;
    assert_eq!(editor.ended().await, "end_turn");
    assert_eq!(shop.bodies(), 1);
}

/// What clients show as the input of the tool has every note, and nothing that hides another part.
#[tokio::test(start_paused = true)]
async fn the_input_that_is_shown_is_whole() {
    let what = format!("\u{202e}{}", "x".repeat(2000));
    let (mut editor, shop) = prompted(&what).await;
    let question = editor.question().await;
    let input = &question["params"]["toolCall"]["rawInput"];
    let notes = input["Note"].as_str().unwrap();
    assert!(notes.contains("hidden"), "{notes}");
    let shown = format!("\"\\u{{202e}}{}\"", "x".repeat(2000));
    assert_eq!(input["Argument what"], shown.as_str(), "{input}");
    let text = question["params"]["toolCall"]["content"][0]["content"]["text"].as_str().unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    editor.selects(&question, &question, 1).await;
    editor.ended().await;
    assert_eq!(shop.bodies(), 0);
}
