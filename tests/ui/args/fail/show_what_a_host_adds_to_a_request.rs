// attempt: show what a layer of the host put beside the request, each of its fields
// stopped by: "shared state is not an argument, and the type of `fee` says `Extension`"

use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct App {
    fee: u64,
}

struct Extension<T>(T);

#[requires_permission(action = "purchase")]
async fn charge(Extension(App { fee }): Extension<App>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + fee)
}

fn main() {}
