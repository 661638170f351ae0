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
            till.permit = None;
            drop(permit);
            Ok(())
        })
        .await
}

fn main() {}
