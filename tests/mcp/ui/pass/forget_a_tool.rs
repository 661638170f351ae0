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
    /// Charges.
    #[requires_permission(action = "purchase", on_denied = text)]
    #[tool]
    async fn charge(&self) -> String {
        "charged".into()
    }
}

fn main() {}
