// attempt: keep a permit in a variable around the call
// stopped by: "lifetime may not live long enough"

use failclosed::{Action, Denial, Guard};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let mut kept = None;
    let bought = guard
        .run(Purchase, async |permit| {
            kept = Some(permit);
            Ok(())
        })
        .await;
    drop(kept);
    bought
}

fn main() {}
