use failclosed::{Action, Denial, Guard};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn buy(guard: &Guard) -> Result<(), Denial> {
    let mut kept = None;
    let bought = guard
        .run(Purchase, async |permit| {
            kept = Some(format!("{permit:?}"));
            Ok(())
        })
        .await;
    drop(kept);
    bought
}

fn main() {}
