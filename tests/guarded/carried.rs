//! What an action brings to its question by itself is asked about, whichever door it goes through: a
//! function's attribute, a guarded trait's, an `impl`'s. Written by hand, because a derived action of a
//! guarded method has no fields.

use std::borrow::Cow;

use failclosed::{
    Action, Cause, Decision, Denial, Guard, Request, Subject,
    audit::{DecisionEntry, Entry, MemoryLog},
    authority::{Answer, answer_fn},
    danger, guarded,
    request::{Arguments, NamedArgument, Resource},
    requires_permission,
};
use serde_json::json;

use crate::pay::Ran;

/// Always of this disk.
struct Wipe;

impl Arguments for Wipe {
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
        (index == 0).then_some(("disk", &"/dev/sda"))
    }
}

impl Action for Wipe {
    const NAME: &'static str = "wipe";
    type Key = Self;

    fn resource(&self) -> Option<Resource<'_>> {
        Some(Resource::new("Disk", "sda"))
    }

    fn instance(&self) -> Option<Cow<'_, str>> {
        Some("sda".into())
    }
}

#[guarded]
trait Disks {
    #[requires_permission(action = Wipe)]
    async fn wipe(&self, twice: bool) -> Result<(), Denial>;
}

struct Machine(Ran);

#[guarded]
impl Disks for Machine {
    async fn wipe(&self, _twice: bool) -> Result<(), Denial> {
        self.0.once_more();
        Ok(())
    }
}

struct Shelf {
    guard: Guard,
    ran: Ran,
}

#[guarded]
impl Shelf {
    #[requires_permission(action = Wipe, guard = self.guard)]
    async fn wipe(&self, twice: bool) -> Result<(), Denial> {
        let _ = twice;
        self.ran.once_more();
        Ok(())
    }
}

#[requires_permission(action = Wipe, guard = guard, skip(guard, ran))]
async fn wipe(guard: &Guard, twice: bool, ran: &Ran) -> Result<(), Denial> {
    let _ = twice;
    ran.once_more();
    Ok(())
}

/// Spares one disk, which is named by nothing but what the action brings.
fn guard_that_spares(disk: &'static str, log: &MemoryLog) -> Guard {
    let authority = answer_fn(move |request: &Request<'_>| {
        // What is not there cannot be decided about.
        Answer::ready(request.argument::<&str>("disk").map(|named| match named == disk {
            true => Decision::deny("that disk is spared"),
            false => Decision::allow(),
        }))
    });
    let builder = Guard::builder(Subject::agent("janitor").unwrap(), authority, log.clone());
    danger::unchecked(builder, "a test").unwrap()
}

/// One call through each door.
async fn through_each(guard: &Guard, ran: &Ran) -> [Result<(), Denial>; 3] {
    let disks: Box<dyn Disks> = Box::new(guard.wrap(Machine(ran.clone())));
    let shelf = Shelf { guard: guard.clone(), ran: ran.clone() };
    [disks.wipe(true).await, shelf.wipe(true).await, wipe(guard, true, ran).await]
}

fn decisions(log: &MemoryLog) -> Vec<DecisionEntry> {
    let decision = |entry| match entry {
        Entry::Decision(decision) => Some(*decision),
        Entry::Outcome(_) => None,
    };
    log.entries().into_iter().filter_map(decision).collect()
}

#[tokio::test]
async fn what_an_action_brings_is_asked_about_and_on_record() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    for called in through_each(&guard_that_spares("/dev/sdb", &log), &ran).await {
        called.unwrap();
    }
    assert_eq!(ran.times(), 3);
    let decisions = decisions(&log);
    assert_eq!(decisions.len(), 3);
    for decision in decisions {
        assert_eq!(decision.action, "wipe:sda");
        assert_eq!(decision.resource, Some((Some("Disk".into()), "sda".into())));
        assert_eq!(decision.arguments, json!({ "disk": "/dev/sda", "twice": true }));
    }
}

#[tokio::test]
async fn what_an_action_brings_can_be_denied() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    for called in through_each(&guard_that_spares("/dev/sda", &log), &ran).await {
        let denial = called.unwrap_err();
        assert_eq!((denial.cause(), denial.action()), (Cause::Denied, "wipe:sda"));
    }
    assert_eq!(ran.times(), 0);
    let causes: Vec<_> = decisions(&log).iter().map(|decision| decision.cause).collect();
    assert_eq!(causes, [Some(Cause::Denied); 3]);
}
