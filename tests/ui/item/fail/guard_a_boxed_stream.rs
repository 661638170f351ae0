// attempt: guard a boxed stream that starts before the answer
// stopped by: "a stream cannot be guarded: it starts before an answer can be awaited"

use failclosed::requires_permission;

trait Stream {}
type BoxStream<'a, T> = (std::pin::Pin<Box<dyn Stream + Send + 'a>>, std::marker::PhantomData<T>);

#[requires_permission(action = "purchase")]
fn charges<'a>() -> BoxStream<'a, u64> {
    loop {}
}

fn main() {}
