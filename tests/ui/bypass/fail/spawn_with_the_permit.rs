// attempt: move a permit to another task
// stopped by: E0521

use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            tokio::spawn(async move { settle(&permit).await });
            Ok(())
        })
        .await
}

fn main() {}
