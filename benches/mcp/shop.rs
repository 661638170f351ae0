//! The server: one tool twice, guarded and not.

use failclosed::{
    guarded,
    mcp::{self, Guards, ToolCall},
    requires_permission,
};
use rmcp::{
    ErrorData,
    handler::server::wrapper::Parameters,
    model::{CallToolResponse, CallToolResult, ContentBlock},
    schemars::{self, JsonSchema},
    tool, tool_router,
};
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Order {
    vendor: String,
    cents: u64,
}

#[derive(Clone)]
pub(crate) struct Shop {
    guards: Guards,
}

#[guarded]
#[tool_router(server_handler)]
impl Shop {
    #[unguarded(reason = "builds the value; acts on nothing")]
    pub(crate) fn new(guards: Guards) -> Self {
        Self { guards }
    }

    /// Charges.
    #[unguarded(reason = "what the guarded one is measured against")]
    #[tool]
    async fn open(
        &self,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(receipt(&order))
    }

    /// Charges.
    #[requires_permission(
        action = "purchase", resource = ("Vendor", &order.vendor), guard = self.guards.of(&call),
        args(vendor = order.vendor, cents = order.cents), skip(call), on_denied = mcp::tool_response
    )]
    #[tool]
    async fn charge(
        &self,
        call: ToolCall,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(receipt(&order))
    }
}

fn receipt(order: &Order) -> CallToolResponse {
    let text = format!("{} at {}", order.cents, order.vendor);
    CallToolResult::success(vec![ContentBlock::text(text)]).into()
}
