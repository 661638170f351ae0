use failclosed::{Denial, guarded};

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(path = resolve(path)))]
    async fn read(&self, path: String) -> Result<String, Denial>;
}

fn resolve(path: String) -> String {
    path
}

fn main() {}
