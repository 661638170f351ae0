// attempt: bind a name that the permit of a guarded trait does not carry
// stopped by: "a guarded trait's permit carries the parameters, and `resolved` is none of them"

use failclosed::{Denial, guarded};

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(resolved = self.resolve(&path)))]
    async fn read(&self, path: String) -> Result<String, Denial>;

    #[unguarded(reason = "reads nothing")]
    fn resolve(&self, path: &str) -> String;
}

fn main() {}
