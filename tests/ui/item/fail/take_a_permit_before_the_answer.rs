// attempt: take a permit in a function that only returns a future
// stopped by: "a permit is lent inside an `async fn`, and this function only returns a future"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

type Charging = std::pin::Pin<Box<dyn Future<Output = Result<(), Denial>>>>;

#[requires_permission(action = Purchase)]
fn charge(#[permit] permit: failclosed::Permit<'_, Purchase>) -> std::pin::Pin<Box<dyn Future<Output = Result<(), Denial>>>> {
    Box::pin(async move { Ok(drop(permit)) })
}

fn start() -> Charging {
    Box::pin(async { charge().await })
}

fn main() {}
