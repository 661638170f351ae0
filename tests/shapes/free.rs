//! Free functions.

use std::{fmt::Display, rc::Rc};

use failclosed::{Denial, requires_permission};
use serde::{Deserialize, Serialize};

use crate::{Ran, Shape, shape};

#[requires_permission(action = "purchase", skip(ran))]
async fn plain(vendor: &str, amount: u64, ran: &Ran) -> Result<u64, Denial> {
    ran.once_more();
    Ok(amount + vendor.len() as u64)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn generic<T: Serialize + Sync>(what: T, ran: &Ran) -> Result<T, Denial> {
    ran.once_more();
    Ok(what)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn const_generic<const N: usize>(amounts: [u8; 3], ran: &Ran) -> Result<usize, Denial> {
    ran.once_more();
    Ok(N + amounts.len())
}

#[requires_permission(action = "purchase", skip(ran))]
async fn named_lifetime<'a, 'b: 'a>(
    left: &'a str,
    _right: &'b str,
    ran: &Ran,
) -> Result<&'a str, Denial> {
    ran.once_more();
    Ok(left)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn where_clause<T>(what: T, ran: &Ran) -> Result<String, Denial>
where
    T: Serialize + Display + Sync,
{
    ran.once_more();
    Ok(what.to_string())
}

#[requires_permission(action = "purchase", skip(ran))]
async fn impl_argument(what: impl Serialize + Sync, ran: &Ran) -> Result<(), Denial> {
    ran.once_more();
    drop(what);
    Ok(())
}

#[requires_permission(action = "purchase", skip(ran, note))]
async fn not_send(amount: u64, note: Rc<str>, ran: &Ran) -> Result<usize, Denial> {
    ran.once_more();
    tokio::task::yield_now().await;
    Ok(note.len() + amount as usize)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn recursive(depth: u32, ran: &Ran) -> Result<u32, Denial> {
    if depth == 0 {
        ran.once_more();
        return Ok(0);
    }
    Box::pin(recursive(depth - 1, ran)).await.map(|depth| depth + 1)
}

#[derive(Serialize, Deserialize)]
struct Order {
    vendor: String,
    amount: u64,
}

struct Json<T>(T);

#[requires_permission(action = "purchase", skip(ran))]
async fn destructured(Json(order): Json<Order>, ran: &Ran) -> Result<u64, Denial> {
    ran.once_more();
    Ok(order.amount + order.vendor.len() as u64)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn taken_apart(
    Order { mut vendor, amount }: Order,
    (_, mut x): (u8, u8),
    ran: &Ran,
) -> Result<(), Denial> {
    vendor.push('!');
    x += 1;
    ran.once_more();
    drop((vendor, amount, x));
    Ok(())
}

#[requires_permission(action = "purchase", skip(ran))]
async fn ignored(_: u64, ran: &Ran) -> Result<(), Denial> {
    ran.once_more();
    Ok(())
}

#[requires_permission(action = "purchase", skip(ran))]
async fn mutable(mut amount: u64, ran: &Ran) -> Result<u64, Denial> {
    amount += 1;
    ran.once_more();
    Ok(amount)
}

#[requires_permission(action = "purchase", skip(ran))]
async fn early_return(amount: &str, ran: &Ran) -> Result<u64, Box<dyn std::error::Error>> {
    let amount: u64 = amount.parse()?;
    if amount > 5 {
        ran.once_more();
        return Ok(amount);
    }
    Ok(0)
}

#[requires_permission(action = "purchase", skip(ran), on_denied = Outcome::Blocked)]
async fn other_return_type(ran: &Ran) -> Outcome {
    ran.once_more();
    Outcome::Done
}

enum Outcome {
    Done,
    Blocked(Denial),
}

impl Outcome {
    fn into_result(self) -> Result<(), Denial> {
        match self {
            Self::Done => Ok(()),
            Self::Blocked(denial) => Err(denial),
        }
    }
}

#[requires_permission(action = "purchase", skip(ran))]
async fn returns_stream(ran: &Ran) -> Result<impl Iterator<Item = u8> + use<>, Denial> {
    ran.once_more();
    Ok([1_u8, 2].into_iter())
}

macro_rules! executor {
    ($name:ident, $ret:ty, $($arg:ident: $ty:ty),*) => {
        #[requires_permission(action = "purchase", skip(ran))]
        async fn $name(ran: &Ran, $($arg: $ty),*) -> $ret {
            ran.once_more();
            $(drop($arg);)*
            Ok(())
        }
    };
}
executor!(from_a_macro, Result<(), Denial>, vendor: String, amounts: Vec<u64>);

mod shadowed {
    //! A module whose names are not what they seem.
    #![allow(dead_code, non_upper_case_globals, reason = "names chosen to be in the way")]

    use failclosed::requires_permission;

    use crate::Ran;

    pub(super) type Result<T> = ::std::result::Result<T, failclosed::Denial>;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Some;
    pub(super) struct Option;
    pub(super) struct Box;
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod failclosed_runtime {}
    pub(super) const call: u8 = 1;
    pub(super) const result: u8 = 1;
    pub(super) const denial: u8 = 1;

    #[requires_permission(action = "purchase", skip(ran))]
    pub(super) async fn executor(amount: u64, ran: &Ran) -> Result<u64> {
        ran.once_more();
        ::core::result::Result::Ok(amount)
    }
}

pub fn shapes() -> Vec<Shape> {
    vec![
        shape!("async fn", |_g, ran| plain("coachella.com", 742, ran).await),
        shape!("generic", |_g, ran| generic("x".to_owned(), ran).await),
        shape!("const generic", |_g, ran| const_generic::<4>([1, 2, 3], ran).await),
        shape!("lifetimes", |_g, ran| named_lifetime("a", "b", ran).await),
        shape!("where clause", |_g, ran| where_clause(742, ran).await),
        shape!("impl Trait argument", |_g, ran| impl_argument(742, ran).await),
        shape!("!Send argument", |_g, ran| not_send(742, "note".into(), ran).await),
        shape!("recursive", 3 check, |_g, ran| recursive(2, ran).await),
        shape!("destructured argument", |_g, ran| {
            destructured(Json(Order { vendor: "v".into(), amount: 1 }), ran).await
        }),
        shape!("mut in a pattern", |_g, ran| {
            taken_apart(Order { vendor: "v".into(), amount: 1 }, (1, 2), ran).await
        }),
        shape!("ignored argument", |_g, ran| ignored(742, ran).await),
        shape!("mut argument", |_g, ran| mutable(742, ran).await),
        shape!("early return and ?", |_g, ran| {
            early_return("742", ran).await.map_err(|error| *error.downcast::<Denial>().unwrap())
        }),
        shape!("on_denied", |_g, ran| other_return_type(ran).await.into_result()),
        shape!("impl Trait inside Result", |_g, ran| returns_stream(ran).await),
        shape!("made by macro_rules", |_g, ran| from_a_macro(ran, "v".into(), vec![1]).await),
        shape!("shadowed names", |_g, ran| shadowed::executor(742, ran).await),
    ]
}
