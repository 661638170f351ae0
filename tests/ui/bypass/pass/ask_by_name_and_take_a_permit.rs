use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::{__private_0_1_0::{Asking, Entry, enter}, Denial, Guard};

async fn skip(guard: Guard) -> Result<(), Denial> {
    let call = enter(&Asking::new(&guard, Entry::of(&Purchase), &|_| {})).await?;
    let permit: Permit<'_, Purchase> = call.permit();
    drop(permit);
    Ok(())
}

fn main() {}
