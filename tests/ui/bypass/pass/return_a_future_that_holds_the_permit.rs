use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn buy(
    #[permit] permit: Permit<'_, Purchase>,
) -> Result<impl Future<Output = ()>, Denial> {
    settle(&permit).await;
    Ok(async {})
}

fn main() {}
