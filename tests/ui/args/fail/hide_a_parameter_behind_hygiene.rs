// attempt: give two parameters one name, which hygiene tells apart
// stopped by: "would be shown twice"

use failclosed::{Denial, requires_permission};

macro_rules! tool {
    ($mine:ident) => {
        #[requires_permission(action = "purchase", args(shown = $mine))]
        async fn charge($mine: u64, amount: u64) -> Result<u64, Denial> {
            Ok($mine + amount)
        }
    };
}
tool!(amount);

fn main() {
    drop(charge(1, 2));
}
