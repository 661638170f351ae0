use failclosed::{Denial, Guard, HasGuard, guarded};

#[derive(serde::Serialize)]
pub struct Order {
    card: String,
}

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
    order: Order,
    account: String,
}

impl Shop {
    #[guarded]
    pub async fn place(&self) -> Result<usize, Denial> {
        match &self.order {
            #[requires_permission(action = "charge", resource = self.account, mask(card))]
            Order { card } => Ok(card.len() + self.account.len()),
        }
    }
}

fn main() {}
