//! Retry and fallback: each attempt, on each implementation, is authorised anew.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject, audit::MemoryLog, authority::answer_fn, guarded,
};

use crate::pay::Ran;

#[derive(Debug)]
pub enum ShipError {
    Down,
    Blocked(Denial),
}

impl From<Denial> for ShipError {
    fn from(denial: Denial) -> Self {
        Self::Blocked(denial)
    }
}

#[guarded]
pub trait Shipping {
    #[requires_permission(action = "ship")]
    async fn ship(&self, parcel: u64) -> Result<&'static str, ShipError>;
}

/// Fails so many times, then works.
struct Carrier {
    name: &'static str,
    fails: AtomicUsize,
    ran: Ran,
}

#[guarded]
impl Shipping for Carrier {
    async fn ship(&self, _parcel: u64) -> Result<&'static str, ShipError> {
        self.ran.once_more();
        let fails = |left: usize| left.checked_sub(1);
        match self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails) {
            Ok(_) => Err(ShipError::Down),
            Err(_) => Ok(self.name),
        }
    }
}

/// Three rounds over all carriers; a denial ends it, for nothing but the authority can change that.
async fn ship(carriers: &[Arc<dyn Shipping>], parcel: u64) -> Result<&'static str, ShipError> {
    let mut last = ShipError::Down;
    for _ in 0..3 {
        for carrier in carriers {
            match carrier.ship(parcel).await {
                Ok(name) => return Ok(name),
                Err(ShipError::Blocked(denial)) if !denial.may_pass_later() => {
                    return Err(ShipError::Blocked(denial));
                }
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

/// Allows so many calls, then none.
fn guard(allows: usize, log: &MemoryLog) -> Guard {
    let left = AtomicUsize::new(allows);
    let authority = answer_fn(move |_| {
        let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        let decision = match taken {
            Ok(_) => Decision::allow(),
            Err(_) => Decision::deny("the budget is spent"),
        };
        decision.into()
    });
    failclosed::danger::unchecked(
        Guard::builder(Subject::agent("shipper").unwrap(), authority, log.clone()),
        "a test",
    )
    .unwrap()
}

fn carriers(guard: &Guard, fails: [usize; 2], ran: [&Ran; 2]) -> [Arc<dyn Shipping>; 2] {
    let carrier = |name, fails, ran: &Ran| -> Arc<dyn Shipping> {
        Arc::new(guard.wrap(Carrier { name, fails: AtomicUsize::new(fails), ran: ran.clone() }))
    };
    [carrier("primary", fails[0], ran[0]), carrier("fallback", fails[1], ran[1])]
}

#[tokio::test]
async fn each_attempt_is_asked_about() {
    let (log, first, second) = (MemoryLog::new(), Ran::default(), Ran::default());
    let guard = guard(usize::MAX, &log);
    let carriers = carriers(&guard, [2, 9], [&first, &second]);
    assert_eq!(ship(&carriers, 1).await.unwrap(), "primary");
    // Primary, fallback, primary, fallback, primary.
    assert_eq!((first.times(), second.times()), (3, 2));
    // Five decisions and five outcomes.
    assert_eq!(log.entries().len(), 10);
}

#[tokio::test]
async fn the_fallback_cannot_run_on_what_the_primary_was_granted() {
    let (log, first, second) = (MemoryLog::new(), Ran::default(), Ran::default());
    // One allow: the primary spends it and fails.
    let guard = guard(1, &log);
    let error = ship(&carriers(&guard, [9, 0], [&first, &second]), 1).await.unwrap_err();
    let ShipError::Blocked(denial) = error else { panic!("{error:?}") };
    assert_eq!(denial.cause(), Cause::Denied);
    assert_eq!((first.times(), second.times()), (1, 0));
}
