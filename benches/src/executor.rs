//! The executors that are measured.

use failclosed::{
    __private_0_1_0::{Asking, Entry, FromDenial, Question, current, enter, returns},
    Denial, requires_permission,
};
use serde::Serialize;

/// What the executors below do, without a guard.
pub async fn plain(vendor: &str, amount: u64) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

/// The attribute.
#[requires_permission(action = "purchase")]
pub async fn purchase(vendor: &str, amount: u64) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

/// What the attribute writes, written by hand.
pub async fn purchase_expanded(vendor: &str, amount: u64) -> Result<u64, Denial> {
    let guard = current();
    let show = |question: &mut Question<'_>| {
        question.argument("vendor", &vendor);
        question.argument("amount", &amount);
    };
    let call = match enter(&Asking::new(&guard, Entry::named("purchase"), &show)).await {
        Ok(call) => call,
        Err(denial) => return <Result<u64, Denial> as FromDenial>::from_denial(denial),
    };
    let result = async move {
        if false {
            return returns::<Result<u64, Denial>>();
        }
        Ok(amount + vendor.len() as u64)
    }
    .await;
    call.conclude(<Result<u64, Denial> as FromDenial>::failed(&result));
    result
}

/// The executor of the full rows: its arguments are 191 bytes of JSON.
#[requires_permission(action = "purchase", resource = vendor)]
pub async fn order(
    vendor: &str,
    amount: u64,
    currency: &str,
    items: &[Item<'_>],
    memo: &str,
) -> Result<u64, Denial> {
    let words = vendor.len() + currency.len() + memo.len();
    Ok(amount + items.len() as u64 + words as u64)
}

/// One line of an order.
#[derive(Serialize)]
pub struct Item<'a> {
    /// What is bought.
    pub sku: &'a str,
    /// How many.
    pub count: u32,
}

/// The items of the order in [`buy`].
pub const ITEMS: [Item<'_>; 2] =
    [Item { sku: "GA-3DAY-WKND1", count: 2 }, Item { sku: "CAMPING-CAR", count: 1 }];

/// The note of the order in [`buy`].
pub const MEMO: &str = "Two passes and a car pass for the trip in April!!";

/// Calls [`order`] with its 191 bytes.
///
/// # Errors
/// The guard's.
pub async fn buy() -> Result<u64, Denial> {
    order("coachella.com", 742, "USD", &ITEMS, MEMO).await
}

/// The body of [`order`] alone.
pub async fn order_unguarded(
    vendor: &str,
    amount: u64,
    currency: &str,
    items: &[Item<'_>],
    memo: &str,
) -> Result<u64, Denial> {
    let words = vendor.len() + currency.len() + memo.len();
    Ok(amount + items.len() as u64 + words as u64)
}

/// As [`buy`], without a guard.
///
/// # Errors
/// None.
pub async fn buy_unguarded() -> Result<u64, Denial> {
    order_unguarded("coachella.com", 742, "USD", &ITEMS, MEMO).await
}
