//! Functions that return a future: what other attributes leave, and what people write by hand.

use std::{future::Future, pin::Pin};

use failclosed::{Denial, requires_permission};
use futures_core::future::{BoxFuture, LocalBoxFuture};

use crate::{Ran, Shape, shape};

#[requires_permission(action = "purchase", skip(ran))]
fn pinned<'a>(
    amount: u64,
    ran: &'a Ran,
) -> Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send + 'a>> {
    ran.once_more();
    Box::pin(async move { Ok(amount) })
}

#[requires_permission(action = "purchase", skip(ran))]
fn box_future(amount: u64, ran: &Ran) -> BoxFuture<'_, Result<u64, Denial>> {
    // Eager: without the guard this would run before anything is polled.
    ran.once_more();
    Box::pin(async move { Ok(amount) })
}

#[requires_permission(action = "purchase", skip(ran))]
fn local_box_future(amount: u64, ran: &Ran) -> LocalBoxFuture<'_, Result<u64, Denial>> {
    Box::pin(async move {
        ran.once_more();
        Ok(amount)
    })
}

#[requires_permission(action = "purchase", skip(ran))]
fn two_tails(amount: u64, ran: &Ran) -> BoxFuture<'_, Result<u64, Denial>> {
    ran.once_more();
    if amount > 5 {
        return Box::pin(async move { Ok(5) });
    }
    Box::pin(async move { Ok(amount) })
}

#[requires_permission(action = "purchase", skip(ran))]
fn opaque(mut amount: u64, ran: &Ran) -> impl Future<Output = Result<u64, Denial>> {
    amount += 1;
    ran.once_more();
    async move { Ok(amount) }
}

pub fn shapes() -> Vec<Shape> {
    vec![
        shape!("Pin<Box<dyn Future>>", |_g, ran| pinned(742, ran).await),
        shape!("BoxFuture", |_g, ran| box_future(742, ran).await),
        shape!("LocalBoxFuture", |_g, ran| local_box_future(742, ran).await),
        shape!("two boxed tails", |_g, ran| two_tails(742, ran).await),
        shape!("impl Future", |_g, ran| opaque(742, ran).await),
    ]
}
