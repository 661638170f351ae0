// attempt: say `let` where every value is bound
// stopped by: "`prepare` cannot be read: expected identifier, found keyword `let`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "read", prepare(let path = resolve(path)))]
async fn read(path: String) -> Result<String, Denial> {
    Ok(path)
}

fn resolve(path: String) -> String {
    path
}

fn main() {}
