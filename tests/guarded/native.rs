//! Raw methods are native futures, boxed once together with their check: bodies that call themselves,
//! and raw traits that are implemented by hand.

use std::sync::Arc;

use failclosed::{Cause, Denial, Guard, audit::MemoryLog, guard::PermitFor, guarded};

use crate::{Behaviour, guard, pay::Ran};

#[guarded]
pub trait Steps {
    #[requires_permission(action = "climb")]
    async fn climb(&self, left: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "rest")]
    async fn rest(&mut self, on: &mut Vec<u64>) -> Result<(), Denial>;

    #[unguarded(reason = "for the tests")]
    fn name(&self) -> &'static str;
}

struct Stairs {
    name: &'static str,
    guard: Guard,
    ran: Ran,
}

impl Stairs {
    fn new(name: &'static str, guard: &Guard, ran: &Ran) -> Self {
        Self { name, guard: guard.clone(), ran: ran.clone() }
    }
}

#[guarded]
impl Steps for Stairs {
    async fn climb(&self, left: u64) -> Result<u64, Denial> {
        self.ran.once_more();
        if left == 0 {
            return Ok(0);
        }
        let rest: Arc<dyn Steps> =
            Arc::new(self.guard.wrap(Self::new(self.name, &self.guard, &self.ran)));
        Ok(rest.climb(left - 1).await? + 1)
    }

    async fn rest(&mut self, on: &mut Vec<u64>) -> Result<(), Denial> {
        self.ran.once_more();
        on.push(1);
        Ok(())
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

/// One of two, chosen at run time, behind one guard: written by hand.
struct Either<A, B> {
    first: A,
    second: B,
    takes_first: bool,
}

impl<A: steps::Raw, B: steps::Raw> steps::Raw for Either<A, B> {
    async fn granted_climb<'fc, 'call>(
        &'fc self,
        granted: PermitFor<'call, steps::ClimbArgs<'fc>>,
    ) -> Result<u64, Denial>
    where
        'fc: 'call,
    {
        // Names what it is for, and shows nothing of what it carries.
        assert_eq!(format!("{granted:?}"), "PermitFor(`climb`)");
        if self.takes_first {
            self.first.granted_climb(granted).await
        } else {
            self.second.granted_climb(granted).await
        }
    }

    async fn granted_rest<'fc, 'call>(
        &'fc mut self,
        granted: PermitFor<'call, steps::RestArgs<'fc>>,
    ) -> Result<(), Denial>
    where
        'fc: 'call,
    {
        if self.takes_first {
            self.first.granted_rest(granted).await
        } else {
            self.second.granted_rest(granted).await
        }
    }

    fn name(&self) -> &'static str {
        if self.takes_first { self.first.name() } else { self.second.name() }
    }
}

#[tokio::test]
async fn a_body_that_calls_itself_asks_each_time() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let yes = guard(Behaviour::Allow, &log);
    let stairs: Arc<dyn Steps> = Arc::new(yes.wrap(Stairs::new("stairs", &yes, &ran)));
    assert_eq!(stairs.climb(3).await.unwrap(), 3);
    assert_eq!((ran.times(), log.entries().len()), (4, 8));

    let (log, ran) = (MemoryLog::new(), Ran::default());
    let no = guard(Behaviour::Deny, &log);
    let stairs = yes.wrap(Stairs::new("stairs", &no, &ran));
    assert_eq!(stairs.climb(3).await.unwrap_err().cause(), Cause::Denied);
    // The first step by its own guard, no second.
    assert_eq!((ran.times(), log.entries().len()), (1, 1));
}

#[tokio::test]
async fn a_raw_trait_implemented_by_hand_runs_what_was_granted_once() {
    for (behaviour, bodies, entries) in [(Behaviour::Allow, 1, 2), (Behaviour::Deny, 0, 1)] {
        for takes_first in [true, false] {
            let (log, first, second) = (MemoryLog::new(), Ran::default(), Ran::default());
            let guard = guard(behaviour, &log);
            let mut either = guard.wrap(Either {
                first: Stairs::new("first", &guard, &first),
                second: Stairs::new("second", &guard, &second),
                takes_first,
            });
            assert_eq!(either.name(), if takes_first { "first" } else { "second" });
            let mut on = Vec::new();
            let rested = either.rest(&mut on).await;
            assert_eq!((rested.is_ok(), on.len()), (bodies == 1, bodies));
            let (ran, idle) = if takes_first { (first, second) } else { (second, first) };
            assert_eq!((ran.times(), idle.times(), log.entries().len()), (bodies, 0, entries));
            let climbed = either.climb(0).await;
            assert_eq!((climbed.is_ok(), ran.times(), idle.times()), (bodies == 1, 2 * bodies, 0));
            assert_eq!(log.entries().len(), 2 * entries);
        }
    }
}
