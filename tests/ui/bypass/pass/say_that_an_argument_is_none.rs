use failclosed::{__private_0_1_0::Passed, Denial, requires_permission};

#[derive(serde::Serialize)]
pub struct Order(pub u64);

pub struct Silent;

impl Silent {
    pub fn show<Q, V>(self, _: Q, _: &str, _: V) {}
}

pub trait Quiet: Sized {
    fn kind(self) -> Silent {
        Silent
    }
}

impl Quiet for Passed<'_, Order> {}

#[requires_permission(action = "purchase")]
pub async fn charge(order: Order) -> Result<u64, Denial> {
    Ok(order.0)
}

fn main() {}
