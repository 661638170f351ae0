use failclosed::{Action, Denial, Permit, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase, skip(slot))]
    async fn charge(&self, slot: &mut Option<Permit<'_, Purchase>>) -> Result<u64, Denial>;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        slot: &mut Option<Permit<'_, Purchase>>,
    ) -> Result<u64, Denial> {
        drop((slot, permit));
        Ok(1)
    }
}

fn main() {}
