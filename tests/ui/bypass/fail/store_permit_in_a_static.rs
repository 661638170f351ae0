// attempt: keep a permit for every later call
// stopped by: E0521

use failclosed::{Action, Denial, Guard, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use std::sync::Mutex;

static KEPT: Mutex<Option<Permit<'static, Purchase>>> = Mutex::new(None);

async fn buy(guard: &Guard) -> Result<(), Denial> {
    guard
        .run(Purchase, async |permit| {
            *KEPT.lock().unwrap() = Some(permit);
            Ok(())
        })
        .await
}

fn main() {}
