use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            settle(&permit);
            Ok(())
        })
        .await
}

fn main() {}
