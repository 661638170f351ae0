use failclosed::{Denial, requires_permission};

#[requires_permission(action = "read", prepare(path = resolve(path)))]
async fn read(path: String) -> Result<String, Denial> {
    Ok(path)
}

fn resolve(path: String) -> String {
    path
}

fn main() {}
