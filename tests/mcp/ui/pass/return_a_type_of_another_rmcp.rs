use failclosed::{Guard, HasGuard, requires_permission};
use failclosed::mcp::rmcp::model::CallToolResult;

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    pub guard: Guard,
}

impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self) -> CallToolResult {
        CallToolResult::success(Vec::new())
    }
}

fn main() {}
