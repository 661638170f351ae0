// attempt: return a permit to the caller
// stopped by: "lifetime may not live long enough"

use failclosed::{Action, Denial, Guard};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let permit = guard.run(Purchase, async |permit| Ok::<_, Denial>(permit)).await?;
    drop(permit);
    Ok(())
}

fn main() {}
