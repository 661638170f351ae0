// attempt: name the key in what is prepared
// stopped by: "`__Key` is also what"

use failclosed::{Denial, guarded};

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(path = give_away(__Key(()), path)))]
    async fn read(&self, path: String) -> Result<String, Denial>;
}

fn resolve(path: String) -> String {
    path
}

fn main() {}
