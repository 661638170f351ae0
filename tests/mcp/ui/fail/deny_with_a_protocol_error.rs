// attempt: let a denial become a protocol error, which the model does not read
// stopped by: "cannot hold a denial"

use failclosed::{Guard, HasGuard, requires_permission};
use rmcp::{ErrorData, model::CallToolResult, tool, tool_router};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
}

#[tool_router]
impl Shop {
    /// Charges.
    #[requires_permission(action = "purchase")]
    #[tool]
    async fn charge(&self) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(Vec::new()))
    }
}

fn main() {}
