// attempt: hold what cannot be sent over an await, in a task that may move
// stopped by: "future cannot be sent between threads safely"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    let cell = std::rc::Rc::new(amount);
    tokio::task::yield_now().await;
    Ok(*cell)
}

fn start() {
    tokio::spawn(charge(742));
}

fn main() {}
