use failclosed::{Denial, requires_permission};

macro_rules! charge {
    ($(#[$attr:meta])*) => {
        $(#[$attr])*
        async fn charge(amount: u64) -> Result<u64, Denial> {
            Ok(amount)
        }
    };
}

charge!(#[requires_permission(action = "purchase")]);

fn main() {}
