use failclosed::{Guard, HasGuard};
use rmcp::{ErrorData, model::CallToolResult, tool, tool_router};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
}

#[tool_router]
impl Shop {
    /// Charges.
    #[tool]
    async fn charge(&self) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(Vec::new()))
    }
}

fn main() {}
