//! The server: one tool guarded and not, and one that asks its person without a guard.

use failclosed::{
    guarded,
    mcp::{self, CallerGuards, ToolCall},
    requires_permission,
};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::wrapper::Parameters,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, ElicitRequestParams, ElicitationSchema,
    },
    schemars::{self, JsonSchema},
    service::RequestContext,
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
    guards: CallerGuards,
}

#[guarded]
#[tool_router(server_handler)]
impl Shop {
    #[unguarded(reason = "builds the value; acts on nothing")]
    pub(crate) fn new(guards: CallerGuards) -> Self {
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

    /// Asks, as a tool would that does it by hand.
    #[unguarded(reason = "what waiting for a person costs without a guard")]
    #[tool]
    async fn ask(
        &self,
        context: RequestContext<RoleServer>,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResponse, ErrorData> {
        let internal =
            |error: &dyn std::fmt::Display| ErrorData::internal_error(error.to_string(), None);
        let schema = ElicitationSchema::builder().required_bool("approve").build();
        let form = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: format!("{} at {}?", order.cents, order.vendor),
            requested_schema: schema.map_err(|error| internal(&error))?,
        };
        context.peer.create_elicitation(form).await.map_err(|error| internal(&error))?;
        Ok(receipt(&order))
    }

    /// Charges.
    #[requires_permission(
        action = "purchase", resource = ("Vendor", &order.vendor), guard = self.guards.of(&call),
        args(vendor = order.vendor, cents = order.cents), skip(call, order), on_denied = mcp::tool_response
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
