use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "pay")]
struct Pay {
    cents: u64,
}

#[requires_permission(action = Pay { cents })]
async fn pay(cents: u64) -> Result<u64, Denial> {
    Ok(cents)
}

fn main() {}
