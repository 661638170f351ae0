// attempt: show the state that a host hands to every call, which happens to be `Serialize`
// stopped by: "shared state is not an argument, and the type of `app` says `State`"

use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct App {
    fee: u64,
}

struct State<T>(T);

#[requires_permission(action = "purchase")]
async fn charge(State(app): State<App>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + app.fee)
}

fn main() {}
