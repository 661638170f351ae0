// attempt: return work that uses the permit after the call, without the macro
// stopped by: "lifetime may not live long enough"

use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let later = guard.run(Purchase, async |permit| Ok::<_, Denial>(async move { settle(&permit).await })).await?;
    later.await;
    Ok(())
}

fn main() {}
