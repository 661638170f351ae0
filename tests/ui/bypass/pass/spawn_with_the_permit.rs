use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            settle(&permit).await;
            Ok(())
        })
        .await
}

fn main() {}
