//! `cargo run -p failclosed-examples --features rig --example rig_tool`: a tool for agents written
//! with rig. The guard is the run's, attached by the program that drives it; the model can neither
//! choose nor see it.

use std::{error::Error, sync::Arc};

use failclosed::{Guard, Subject, requires_permission, rig};
use failclosed_examples::{AgentPolicies, Stderr, euros};
use rig_core::tool::{Tool, ToolContext, ToolExecutionError};
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
        action = "purchase", resource = ("Vendor", &order.vendor), guard = rig::guard_of(context),
        args(vendor = order.vendor, cents = order.cents), skip(context)
    )]
    async fn call(
        &self,
        context: &mut ToolContext,
        order: Order,
    ) -> Result<Receipt, ToolExecutionError> {
        println!("    >>> the card is charged {} at {}", euros(order.cents), order.vendor);
        Ok(Receipt { receipt: format!("{} at {}", euros(order.cents), order.vendor) })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let subject = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(subject, AgentPolicies::load()?).audit(Stderr).start().await?;
    let mut run = ToolContext::new().with_scope(Arc::new(guard));

    // What a model would fill in.
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
