//! `cargo run -p failclosed-examples --features rig --example rig_tool [-- --base-url URL PROMPT]`: a
//! tool for agents written with rig. The guard is the run's, attached by the program that drives it;
//! the model can neither choose nor see it. `examples/README.md` shows how to give it a model.

use std::{env, error::Error, sync::Arc};

use failclosed::{Guard, Subject, requires_permission, rig};
use failclosed_examples::{Options, Stderr, euros};
use rig_agent::AgentBuilder;
use rig_core::{
    message::{Message, ToolResultContent, UserContent},
    providers::openai::OpenAIConfig,
    tool::{Tool, ToolContext, ToolExecutionError},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Order {
    vendor: String,
    cents: i64,
}

#[derive(Serialize)]
struct Receipt {
    receipt: String,
}

struct Purchase;

impl Tool for Purchase {
    const NAME: &'static str = "purchase";
    type Args = Order;
    type Output = Receipt;
    // Rig's own: a denial becomes one, with the safe text for the model.
    type Error = ToolExecutionError;

    fn description(&self) -> String {
        "Buys something".into()
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {"vendor": {"type": "string"}, "cents": {"type": "integer"}},
            "required": ["vendor", "cents"],
        })
    }

    #[requires_permission(
        action = "purchase", resource = ("Vendor", &vendor), guard = rig::guard_of(context)
    )]
    async fn call(
        &self,
        context: &mut ToolContext,
        Order { vendor, cents }: Order,
    ) -> Result<Receipt, ToolExecutionError> {
        println!("    >>> the card is charged {} at {vendor}", euros(cents));
        Ok(Receipt { receipt: format!("{} at {vendor}", euros(cents)) })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::from_args();
    let authority = options.authority()?;
    let url = options.take("--base-url")?;
    let model = options.take("--model")?.unwrap_or_else(|| "gpt-oss:20b".into());

    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(subject, authority, Stderr).start().await?;
    let run = ToolContext::new().with_scope(Arc::new(guard));
    match (url, options.rest().as_slice()) {
        (None, []) => without_a_model(run).await,
        (Some(url), [prompt]) => converse(url, model, prompt, run).await,
        _ => Err("usage: rig_tool [--base-url URL [--model NAME] PROMPT] [--authority URL]".into()),
    }
}

/// Lets a model buy: any behind an API like OpenAI's, such as Ollama's on this machine.
async fn converse(
    url: String,
    model: String,
    prompt: &str,
    run: ToolContext,
) -> Result<(), Box<dyn Error>> {
    // The HTTP client under rig leaves the choice of a TLS back end to the program.
    let chosen = rustls::crypto::ring::default_provider().install_default();
    chosen.map_err(|_| "another TLS back end was chosen before")?;
    let key = env::var("OPENAI_API_KEY").unwrap_or_else(|_| "none".into());
    // `chat`, because that is what others than OpenAI speak too.
    let model = OpenAIConfig::new(key).with_base_url(url).client().chat(model);
    let agent = AgentBuilder::new(model)
        .preamble("You buy tickets for the user. Amounts are in cents.")
        .tool(Purchase)
        .build();
    let answer = agent.prompt(prompt).max_turns(8).tool_context(run).await;
    let answer = answer.map_err(|error| format!("the run ended early: {error}"))?;
    for read in answer.messages().iter().flat_map(read_by_the_model) {
        println!("    the model reads: {read}");
    }
    println!("The model says: {}", answer.output());
    Ok(())
}

fn read_by_the_model(message: &Message) -> Vec<String> {
    let Message::User { content } = message else { return Vec::new() };
    let results = content.iter().filter_map(|part| {
        let UserContent::ToolResult(result) = part else { return None };
        Some(&result.content)
    });
    results.flatten().map(shown).collect()
}

fn shown(part: &ToolResultContent) -> String {
    match part {
        ToolResultContent::Text(text) => text.text.clone(),
        ToolResultContent::Json { value } => value.to_string(),
        ToolResultContent::Image(_) => "an image".into(),
    }
}

/// Calls the tool as a model would.
async fn without_a_model(mut run: ToolContext) -> Result<(), Box<dyn Error>> {
    for cents in [8_000, 12_000, 74_200] {
        println!("The model calls `purchase` with {} at coachella.com.", euros(cents));
        show(&mut run, json!({"vendor": "coachella.com", "cents": cents})).await?;
    }
    println!("Another run, that nobody gave a guard.");
    show(&mut ToolContext::new(), json!({"vendor": "coachella.com", "cents": 1})).await?;
    Ok(())
}

async fn show(run: &mut ToolContext, args: Value) -> Result<(), Box<dyn Error>> {
    match Purchase.call(run, serde_json::from_value(args)?).await {
        Ok(Receipt { receipt }) => println!("    {receipt}"),
        Err(error) => println!("    the model reads: {}", error.model_feedback().unwrap_or("?")),
    }
    Ok(())
}
