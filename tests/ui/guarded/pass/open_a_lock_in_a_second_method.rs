use failclosed::{Action, Denial, Locked, Permit, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase)]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

pub struct Desk {
    client: Locked<u64, Purchase>,
}

#[guarded]
impl Payments for Desk {
    async fn charge(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        amount: u64,
    ) -> Result<u64, Denial> {
        Ok(amount + self.client.open(&permit))
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

impl Desk {
    pub fn quietly(&self, permit: &Permit<'_, Purchase>, amount: u64) -> u64 {
        let _ = permit;
        amount + self.client.open(permit)
    }
}

fn main() {}
