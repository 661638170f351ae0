use failclosed::requires_permission;

trait Stream {}
type BoxStream<'a, T> = (std::pin::Pin<Box<dyn Stream + Send + 'a>>, std::marker::PhantomData<T>);

#[requires_permission(action = "purchase")]
async fn charges<'a>() -> Result<BoxStream<'a, u64>, failclosed::Denial> {
    loop {}
}

fn main() {}
