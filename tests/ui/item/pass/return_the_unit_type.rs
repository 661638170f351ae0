use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<(), failclosed::Denial> {
    Ok(assert!(amount > 0))
}

fn main() {}
