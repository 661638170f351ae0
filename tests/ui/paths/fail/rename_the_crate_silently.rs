// attempt: put another crate where the attribute expects this one
// stopped by: E0432, E0433

extern crate alloc as failclosed;
extern crate failclosed as renamed;

#[renamed::requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, renamed::Denial> {
    Ok(amount)
}

fn main() {}
