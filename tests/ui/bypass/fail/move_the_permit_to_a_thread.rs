// attempt: move a permit to another thread
// stopped by: E0521

use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            std::thread::spawn(move || settle(&permit));
            Ok(())
        })
        .await
}

fn main() {}
