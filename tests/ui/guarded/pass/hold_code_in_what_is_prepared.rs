use failclosed::{Denial, guarded};

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(path = self.resolve(&path)))]
    async fn read(&self, path: String) -> Result<String, Denial>;

    #[unguarded(reason = "reads nothing")]
    fn resolve(&self, path: &str) -> String;
}

fn main() {}
