// attempt: keep a permit in a struct that outlives the call
// stopped by: "lifetime may not live long enough"

use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Till<'a> {
    permit: Option<Permit<'a, Purchase>>,
}

async fn buy(guard: &Guard, till: &mut Till<'_>) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            till.permit = Some(permit);
            Ok(())
        })
        .await
}

fn main() {}
