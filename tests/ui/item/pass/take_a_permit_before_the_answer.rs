use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

type Charging = std::pin::Pin<Box<dyn Future<Output = Result<(), Denial>>>>;

#[requires_permission(action = Purchase)]
async fn charge(#[permit] permit: failclosed::Permit<'_, Purchase>) -> Result<(), Denial> {
    (Box::pin(async move { Ok(drop(permit)) }) as std::pin::Pin<Box<dyn Future<Output = _>>>).await
}

fn start() -> Charging {
    Box::pin(async { charge().await })
}

fn main() {}
