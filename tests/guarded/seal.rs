//! What meets the seal without being made by `wrap`: it asks all the same.

use std::mem;

use failclosed::{
    __private_0_1_0::{OnlyGuarded, Surface, Wraps},
    Cause, Denial, Guard,
    audit::MemoryLog,
};

use crate::{
    Behaviour, guard,
    pay::{Payments, Ran, Stripe, payments, wrapped},
};

/// An object type has its supertraits whatever they are sealed by.
trait Claims: OnlyGuarded<dyn payments::Raw> + std::fmt::Debug {}

impl Claims for failclosed::Guarded<dyn payments::Raw> {}

async fn through<P: Payments + ?Sized>(payments: &P) -> Result<u64, Denial> {
    payments.charge("v", 742).await
}

fn claiming(guard: &Guard, ran: &Ran) -> Box<dyn Claims> {
    Box::new(guard.wrap(Stripe::new(ran)))
}

#[tokio::test]
async fn an_object_that_claims_the_seal_asks() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let denied = through(&*claiming(&guard(Behaviour::Deny, &log), &ran)).await.unwrap_err();
    assert_eq!(denied.cause(), Cause::Denied);
    assert_eq!((ran.times(), log.entries().len()), (0, 1));
    through(&*claiming(&guard(Behaviour::Allow, &log), &ran)).await.unwrap();
    assert_eq!((ran.times(), log.entries().len()), (1, 3));
}

#[tokio::test]
async fn a_guard_goes_where_its_value_goes() {
    let (log, behind_no, behind_yes) = (MemoryLog::new(), Ran::default(), Ran::default());
    let mut no = wrapped(&guard(Behaviour::Deny, &log), &behind_no);
    let mut yes = wrapped(&guard(Behaviour::Allow, &log), &behind_yes);
    mem::swap(&mut no, &mut yes);
    through(&no).await.unwrap();
    assert!(through(&yes).await.is_err());
    assert_eq!((behind_no.times(), behind_yes.times()), (0, 1));
}

/// Wrapped by a hand-written `Wraps`, which has to give an implementation of the raw trait.
struct Handed(Stripe);

impl Wraps<Handed> for dyn payments::Raw {
    fn boxed(inner: Handed) -> Box<<Self as Surface>::Object> {
        Box::new(inner.0)
    }
}

#[tokio::test]
async fn what_is_wrapped_by_hand_asks_the_guard_that_wraps_it() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let handed = || Handed(Stripe::new(&ran));
    let denied = through(&guard(Behaviour::Deny, &log).wrap(handed())).await.unwrap_err();
    assert_eq!(denied.cause(), Cause::Denied);
    assert_eq!((ran.times(), log.entries().len()), (0, 1));
    through(&guard(Behaviour::Allow, &log).wrap(handed())).await.unwrap();
    assert_eq!((ran.times(), log.entries().len()), (1, 3));
}
