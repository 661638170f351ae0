// attempt: let an impl find a raw trait of one's own, which is not the guarded trait's
// stopped by: E0277
// differs: 8

use failclosed::{Guard, Guarded};

mod pay {
    use failclosed::{Denial, guarded};

    #[guarded]
    pub trait Payments {
        #[unguarded(reason = "reads no account")]
        fn currency(&self) -> &'static str;

        #[requires_permission(action = "purchase")]
        async fn charge(&self, amount: u64) -> Result<u64, Denial> {
            Ok(amount)
        }
    }
}

mod mine {
    pub mod payments {
        pub trait Raw {
            fn currency(&self) -> &'static str;
        }
    }

    use payments::Raw as _;

    pub struct Stripe;

    #[failclosed::guarded]
    impl Payments for Stripe {
        fn currency(&self) -> &'static str {
            "EUR"
        }
    }

    pub fn currency() -> &'static str {
        Stripe.currency()
    }
}

pub fn wrap(guard: &Guard) -> (Guarded<dyn pay::payments::Raw>, &'static str) {
    (guard.wrap(mine::Stripe), mine::currency())
}

fn main() {}
