use failclosed::{Guard, HasGuard, mcp, requires_permission};
use failclosed::mcp::rmcp::{ErrorData, model::CallToolResult};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    pub guard: Guard,
}

impl Shop {
    #[requires_permission(action = "purchase", on_denied = mcp::tool_error)]
    pub async fn charge(&self) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(Vec::new()))
    }
}

fn main() {}
