use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(left = (*balance - amount)), skip(balance, amount))]
async fn charge(balance: &mut u64, amount: u64) -> Result<u64, Denial> {
    *balance -= amount;
    Ok(amount)
}

fn main() {
    drop(charge(&mut 2, 1));
}
