// attempt: return a denial in a type of another major version of rmcp
// stopped by: "cannot hold a denial"

use failclosed::{Guard, HasGuard, requires_permission};
use rmcp_2::model::CallToolResult;

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
