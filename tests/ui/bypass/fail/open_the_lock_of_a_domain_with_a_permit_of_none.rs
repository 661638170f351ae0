// attempt: open a lock of a domain under a guard of none
// stopped by: E0308

use failclosed::{Action, Denial, Guard, HasGuard, Locked, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Payments(());

struct Stripe {
    key: String,
}

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    stripe: Locked<Stripe, Purchase, Payments>,
}

impl Shop {
    #[requires_permission(action = Purchase)]
    async fn buy(&self, #[permit] permit: Permit<'_, Purchase>) -> Result<usize, Denial> {
        Ok(self.stripe.open(&permit).key.len())
    }
}

fn main() {
    drop(Payments(()));
}
