use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct App {
    fee: u64,
}

struct State<T>(T);

#[requires_permission(action = "purchase", args(fee = app.fee), skip(app))]
async fn charge(State(app): State<App>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + app.fee)
}

fn main() {}
