use failclosed::requires_permission;

struct ChargeError;

impl From<failclosed::Denial> for ChargeError { fn from(_: failclosed::Denial) -> Self { Self } }

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, ChargeError> {
    Ok(amount)
}

fn main() {}
