use failclosed::{Action, Denial, Guard};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let permit = guard.run(Purchase, async |permit| Ok::<_, Denial>(format!("{permit:?}"))).await?;
    drop(permit);
    Ok(())
}

fn main() {}
