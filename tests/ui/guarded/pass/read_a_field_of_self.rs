use failclosed::{Denial, guarded};

#[guarded]
pub trait Tool {
    #[unguarded(reason = "its name")]
    fn name(&self) -> &str;

    #[unguarded(reason = "where it runs")]
    fn server(&self) -> String;

    #[requires_permission(action = "tool", instance = self.name(), args(server = self.server()))]
    async fn call(&self, input: &str) -> Result<(), Denial>;
}

fn main() {}
