// attempt: ask for a refund and take a permit for a purchase, with the hidden API
// stopped by: E0308

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::{__private_0_1_0::{Asking, Entry, enter}, Denial, Guard};

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

async fn skip(guard: Guard) -> Result<(), Denial> {
    let call = enter(&Asking::new(&guard, Entry::of(&Refund), &|_| {})).await?;
    let permit: Permit<'_, Purchase> = call.permit();
    drop(permit);
    Ok(())
}

fn main() {}
