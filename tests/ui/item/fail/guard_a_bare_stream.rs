// attempt: guard a stream that starts before the answer
// stopped by: "a stream cannot be guarded: it starts before an answer can be awaited"

use failclosed::requires_permission;

trait Stream {}
impl Stream for () {}

#[requires_permission(action = "purchase")]
fn charges() -> impl Stream {
    ()
}

fn main() {}
