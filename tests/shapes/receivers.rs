//! Methods, by what `self` is.

use std::{pin::Pin, sync::Arc};

use failclosed::{Denial, Guard, HasGuard, requires_permission};

use crate::{Ran, Shape, shape};

#[derive(Clone, HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    sold: u64,
}

impl Shop {
    fn new(guard: Guard) -> Self {
        Self { guard, sold: 0 }
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_ref(&self, amount: u64, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold + amount)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_mut(&mut self, amount: u64, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        self.sold += amount;
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_value(self, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_mut_value(mut self, amount: u64, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        self.sold += amount;
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_arc(self: Arc<Self>, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_ref_arc(self: &Arc<Self>, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_box(self: Box<Self>, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", skip(ran))]
    async fn by_pin(mut self: Pin<&mut Self>, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        self.sold += 1;
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", guard = self.guard, skip(ran))]
    async fn by_expression(&self, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(self.sold)
    }

    #[requires_permission(action = "purchase", guard = guard, skip(ran, guard))]
    async fn by_argument(guard: &Guard, ran: &Ran) -> Result<(), Denial> {
        ran.once_more();
        let _ = guard;
        Ok(())
    }
}

#[derive(HasGuard)]
struct Positional(#[guard] Arc<Guard>);

impl Positional {
    #[requires_permission(action = "purchase", skip(ran))]
    async fn charge(&self, ran: &Ran) -> Result<(), Denial> {
        ran.once_more();
        Ok(())
    }
}

pub fn shapes() -> Vec<Shape> {
    vec![
        shape!("&self", |guard, ran| Shop::new(guard).by_ref(742, ran).await),
        shape!("&mut self", |guard, ran| Shop::new(guard).by_mut(742, ran).await),
        shape!("self", |guard, ran| Shop::new(guard).by_value(ran).await),
        shape!("mut self", |guard, ran| Shop::new(guard).by_mut_value(1, ran).await),
        shape!("self: Arc<Self>", |guard, ran| Arc::new(Shop::new(guard)).by_arc(ran).await),
        shape!("self: &Arc<Self>", |guard, ran| Arc::new(Shop::new(guard)).by_ref_arc(ran).await),
        shape!("self: Box<Self>", |guard, ran| Box::new(Shop::new(guard)).by_box(ran).await),
        shape!("self: Pin<&mut Self>", |guard, ran| {
            std::pin::pin!(Shop::new(guard)).by_pin(ran).await
        }),
        shape!("guard = self.guard", |guard, ran| Shop::new(guard).by_expression(ran).await),
        shape!("guard = argument", |guard, ran| Shop::by_argument(&guard, ran).await),
        shape!("tuple struct with a shared guard", |guard, ran| {
            Positional(Arc::new(guard)).charge(ran).await
        }),
    ]
}
