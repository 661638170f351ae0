use failclosed::{Denial, guarded};

macro_rules! key {
    () => {
        String::new()
    };
}

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        drop(key!());
        Ok(amount)
    }
}

fn main() {}
