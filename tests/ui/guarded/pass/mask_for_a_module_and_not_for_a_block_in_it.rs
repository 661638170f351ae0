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

    #[guarded(mask(card))]
    impl Shop {
        #[requires_permission(action = "charge")]
        pub async fn charge(&self, card: u64) -> Result<u64, Denial> {
            Ok(card + 1)
        }
    }
}

fn main() {}
