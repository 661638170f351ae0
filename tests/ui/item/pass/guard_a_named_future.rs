use failclosed::{Denial, requires_permission};

type Charging = std::future::Ready<Result<u64, Denial>>;

#[requires_permission(action = "purchase")]
fn charge(amount: u64) -> impl Future<Output = Result<u64, Denial>> {
    async move { let done: Charging = std::future::ready(Ok(amount)); done.await }
}

fn main() {}
