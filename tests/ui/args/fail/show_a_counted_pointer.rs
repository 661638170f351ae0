// attempt: show what several parts of the program hold
// stopped by: "shared state is not an argument, and the type of `app` says `Arc`"

use failclosed::{Denial, requires_permission};

struct App {
    fee: u64,
}

// As with the feature `rc` of serde.
struct Arc<T>(std::sync::Arc<T>);

impl serde::Serialize for Arc<App> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0.fee)
    }
}

#[requires_permission(action = "purchase")]
async fn charge(app: Arc<App>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + app.0.fee)
}

fn main() {}
