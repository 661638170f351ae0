// attempt: show a field of whatever implements a trait
// stopped by: "a trait has no fields"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Tool {
    #[unguarded(reason = "its name")]
    fn name(&self) -> &str;

    #[requires_permission(action = "tool", instance = self.name)]
    async fn call(&self, input: &str) -> Result<(), Denial>;
}

fn main() {}
