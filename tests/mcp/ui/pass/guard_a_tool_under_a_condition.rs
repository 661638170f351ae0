use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};
use rmcp::{tool, tool_router};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
}

fn text(denial: Denial) -> String {
    denial.to_string()
}

#[guarded]
#[tool_router]
impl Shop {
    /// Gives money back.
    #[requires_permission(action = "refund", on_denied = text)]
    #[tool]
    async fn refund(&self) -> String {
        "given back".into()
    }
}

fn main() {}
