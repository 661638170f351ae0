extern crate alloc as failclosed;
extern crate failclosed as renamed;

#[renamed::requires_permission(action = "purchase", crate = ::renamed)]
async fn charge(amount: u64) -> Result<u64, renamed::Denial> {
    Ok(amount)
}

fn main() {}
