// attempt: make a permit live for ever by leaking it
// stopped by: E0521

use failclosed::{Action, Denial, Guard};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep<T: 'static>(_: &'static T) {}

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            keep(Box::leak(Box::new(permit)));
            Ok(())
        })
        .await
}

fn main() {}
