use failclosed::guarded;

#[guarded(skip(card))]
pub mod shop {
    use failclosed::{Denial, requires_permission};

    #[requires_permission(action = "store")]
    pub async fn store(card: u64) -> Result<u64, Denial> {
        Ok(card + 1)
    }

    #[guarded]
    pub mod desk {
        use failclosed::{Denial, Guard, HasGuard};

        #[derive(HasGuard)]
        pub struct Desk {
            #[guard]
            guard: Guard,
        }

        #[guarded]
        impl Desk {
            #[guarded]
            pub async fn call(&self, name: &str, card: u64) -> Result<u64, Denial> {
                match name {
                    #[requires_permission(action = "charge", skip(card))]
                    "charge" => Ok(card + 1),
                    #[unguarded(reason = "there is no such tool")]
                    _ => Ok(0),
                }
            }
        }
    }
}

fn main() {}
