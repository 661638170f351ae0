use failclosed::{Denial, guarded};

#[guarded]
pub trait Tool {
    #[unguarded(reason = "its name")]
    fn name(&self) -> &str;

    #[requires_permission(action = "tool", instance = self.name())]
    async fn call(&self, input: &str) -> Result<(), Denial>;
}

fn main() {}
