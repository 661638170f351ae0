// attempt: declare an item in what is prepared, where it would see the key
// stopped by: "what stands here could hold code, beside the guard's own"

use failclosed::{Denial, guarded};

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(path = { struct Mine; impl Clone for Mine { fn clone(&self) -> Self { Self } } self.resolve(&path) }))]
    async fn read(&self, path: String) -> Result<String, Denial>;

    #[unguarded(reason = "reads nothing")]
    fn resolve(&self, path: &str) -> String;
}

fn main() {}
