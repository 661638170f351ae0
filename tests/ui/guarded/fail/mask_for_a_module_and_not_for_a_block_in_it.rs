// attempt: mask for a module what a block in it shows
// stopped by: "`mask(card)` of the module does not reach into this block, which shows it"

use failclosed::guarded;

#[guarded(mask(card))]
pub mod shop {
    use failclosed::{Denial, Guard, HasGuard, requires_permission};

    #[derive(HasGuard)]
    pub struct Shop {
        #[guard]
        guard: Guard,
    }

    #[requires_permission(action = "store")]
    pub async fn store(card: u64) -> Result<u64, Denial> {
        Ok(card + 1)
    }

    #[guarded]
    impl Shop {
        #[requires_permission(action = "charge")]
        pub async fn charge(&self, card: u64) -> Result<u64, Denial> {
            Ok(card + 1)
        }
    }
}

fn main() {}
