use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let later = guard.run(Purchase, async |permit| Ok::<_, Denial>({ settle(&permit).await; async {} })).await?;
    later.await;
    Ok(())
}

fn main() {}
