use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct App {
    fee: u64,
}

struct Extension<T>(T);

#[requires_permission(action = "purchase", skip(fee))]
async fn charge(Extension(App { fee }): Extension<App>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + fee)
}

fn main() {}
