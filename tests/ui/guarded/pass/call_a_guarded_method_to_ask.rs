use failclosed::{Denial, guarded};

#[guarded]
pub trait Tool {
    #[unguarded(reason = "its name")]
    fn reset(&self) -> &str;

    #[requires_permission(action = "tool", instance = name_of(self.reset()))]
    async fn call(&self, input: &str) -> Result<(), Denial>;
}

fn name_of(name: &str) -> String {
    name.to_owned()
}

fn main() {}
