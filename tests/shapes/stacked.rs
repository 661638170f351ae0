//! Together with other attributes, in either order.

use failclosed::{Denial, requires_permission};
use tracing::instrument;

use crate::{Ran, Shape, shape};

#[requires_permission(action = "purchase", skip(ran))]
#[requires_permission(action = "spend", skip(ran))]
async fn twice(amount: u64, ran: &Ran) -> Result<u64, Denial> {
    ran.once_more();
    Ok(amount)
}

#[instrument(skip(ran))]
#[requires_permission(action = "purchase", skip(ran))]
async fn below_instrument(amount: u64, ran: &Ran) -> Result<u64, Denial> {
    ran.once_more();
    Ok(amount)
}

#[requires_permission(action = "purchase", skip(ran))]
#[instrument(skip(ran))]
async fn above_instrument(amount: u64, ran: &Ran) -> Result<u64, Denial> {
    ran.once_more();
    Ok(amount)
}

/// The documentation stays where it is.
#[requires_permission(action = "purchase", skip(ran))]
#[inline]
#[must_use = "it tells what was bought"]
async fn with_others(amount: u64, ran: &Ran) -> Result<u64, Denial> {
    #![allow(clippy::let_and_return)]
    let more = amount + 1;
    ran.once_more();
    Ok(more)
}

pub fn shapes() -> Vec<Shape> {
    vec![
        shape!("two attributes", 2 check, |_g, ran| twice(742, ran).await),
        shape!("below #[instrument]", |_g, ran| below_instrument(742, ran).await),
        shape!("above #[instrument]", |_g, ran| above_instrument(742, ran).await),
        shape!("doc, #[inline], inner attributes", |_g, ran| with_others(742, ran).await),
    ]
}
