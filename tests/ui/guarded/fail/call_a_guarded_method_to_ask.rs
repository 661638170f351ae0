// attempt: call a guarded method where the question about another one is written down
// stopped by: E0599

use failclosed::{Denial, guarded};

#[guarded]
pub trait Tool {
    #[unguarded(reason = "its name")]
    fn name(&self) -> &str;

    #[requires_permission(action = "reset")]
    async fn reset(&self) -> Result<(), Denial>;

    #[requires_permission(action = "tool", instance = name_of(self.reset()))]
    async fn call(&self, input: &str) -> Result<(), Denial>;
}

fn name_of<T>(_: T) -> String {
    "git.push".to_owned()
}

fn main() {}
